// Media types by file name, for attachments that do not name their own. IANA's names; what is not here is octet-stream.
const TABLE =
  "application/epub+zip epub|application/gzip gz tgz|application/java-archive jar|application/json json map|" +
  "application/ld+json jsonld|application/msword doc dot|application/octet-stream bin exe dll iso img|" +
  "application/ogg ogx|application/pdf pdf|application/pgp-encrypted pgp|application/pgp-keys gpg|" +
  "application/pgp-signature sig|application/pkcs10 p10|application/pkcs7-mime p7m p7c|" +
  "application/pkcs7-signature p7s|application/pkix-cert cer|application/pkix-crl crl|application/postscript ps eps ai|" +
  "application/rtf rtf|application/sql sql|application/toml toml|application/vnd.android.package-archive apk|" +
  "application/vnd.google-earth.kml+xml kml|application/vnd.ms-excel xls xlt|application/vnd.ms-fontobject eot|" +
  "application/vnd.ms-outlook msg|application/vnd.ms-powerpoint ppt pps pot|" +
  "application/vnd.oasis.opendocument.presentation odp|application/vnd.oasis.opendocument.spreadsheet ods|" +
  "application/vnd.oasis.opendocument.text odt|" +
  "application/vnd.openxmlformats-officedocument.presentationml.presentation pptx|" +
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx|" +
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document docx|application/vnd.rar rar|" +
  "application/vnd.visio vsd|application/wasm wasm|application/x-7z-compressed 7z|application/x-bzip2 bz2|" +
  "application/x-pkcs12 p12 pfx|application/x-sh sh|application/x-tar tar|application/x-xz xz|" +
  "application/xhtml+xml xhtml|application/xml xml xsl|application/yaml yaml yml|application/zip zip|" +
  "application/zstd zst|audio/aac aac|audio/amr amr|audio/flac flac|audio/midi mid midi|audio/mp4 m4a|" +
  "audio/mpeg mp3|audio/ogg ogg oga opus|audio/wav wav|audio/webm weba|font/otf otf|font/ttf ttf|font/woff woff|" +
  "font/woff2 woff2|image/apng apng|image/avif avif|image/bmp bmp|image/gif gif|image/heic heic|image/heif heif|" +
  "image/jpeg jpg jpeg jpe|image/jxl jxl|image/png png|image/svg+xml svg|image/tiff tif tiff|" +
  "image/vnd.adobe.photoshop psd|image/vnd.microsoft.icon ico|image/webp webp|message/rfc822 eml mime|" +
  "text/calendar ics ifb|text/css css|text/csv csv|text/html html htm|text/javascript js mjs cjs|" +
  "text/markdown md markdown|text/plain txt text log conf ini|text/tab-separated-values tsv|text/vcard vcf|" +
  "video/3gpp 3gp|video/mp4 mp4 m4v|video/mpeg mpeg mpg|video/ogg ogv|video/quicktime mov qt|video/webm webm|" +
  "video/x-matroska mkv|video/x-ms-wmv wmv|video/x-msvideo avi";

const BY_EXTENSION = new Map<string, string>();
for (const row of TABLE.split("|")) {
  const [type, ...extensions] = row.split(" ");
  for (const extension of extensions) BY_EXTENSION.set(extension, type!);
}

/** The media type that a file name suggests. */
export function mediaTypeOf(filename: string): string {
  const dot = filename.lastIndexOf(".");
  const known = dot < 0 ? undefined : BY_EXTENSION.get(filename.slice(dot + 1).toLowerCase());
  return known ?? "application/octet-stream";
}
