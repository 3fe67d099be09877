// Node and nothing else: what memory is counted from.
import { serve } from "./serve.mjs";

serve(async () => ({}));
