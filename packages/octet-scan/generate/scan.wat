;; The vector half of this package: 32 octets a step (the fixed-width SIMD of WebAssembly 2.0). The scalar half in
;; src/ gives the same answers, and a test holds the two against each other.
(module
  ;; The first page holds octets, the second begins with what a walk found; then come sixteen places of two pages each for octets
  ;; that stay (ready-lines.ts). Loads stay below `$limit`, so they never reach over.
  (memory (export "memory") 34)

  (global $high (mut i32) (i32.const 0))
  (global $controls (mut i32) (i32.const 0))
  (global $nuls (mut i32) (i32.const 0))
  (global $returns (mut i32) (i32.const 0))
  (global $feeds (mut i32) (i32.const 0))
  (global $pairs (mut i32) (i32.const 0))
  (global $longest (mut i32) (i32.const 0))
  (global $lineStart (mut i32) (i32.const 0))
  (global $lastReturn (mut i32) (i32.const 0))

  ;; An octet below 128 that is no printable one.
  (func $note (param $octet i32) (param $at i32)
    (local $length i32)
    (if (i32.eq (local.get $octet) (i32.const 9)) (then (return)))
    (if (i32.eq (local.get $octet) (i32.const 10))
      (then
        (global.set $feeds (i32.add (global.get $feeds) (i32.const 1)))
        (if (i32.eq (global.get $lastReturn) (i32.sub (local.get $at) (i32.const 1)))
          (then
            (global.set $pairs (i32.add (global.get $pairs) (i32.const 1)))
            (global.set $lineStart (i32.add (local.get $at) (i32.const 1)))
            (return))))
      (else
        (if (i32.ne (local.get $octet) (i32.const 13))
          (then
            (global.set $controls (i32.add (global.get $controls) (i32.const 1)))
            (if (i32.eqz (local.get $octet))
              (then (global.set $nuls (i32.add (global.get $nuls) (i32.const 1)))))
            (return)))
        (global.set $returns (i32.add (global.get $returns) (i32.const 1)))
        (global.set $lastReturn (local.get $at))))
    (local.set $length (i32.sub (local.get $at) (global.get $lineStart)))
    (if (i32.gt_s (local.get $length) (global.get $longest))
      (then (global.set $longest (local.get $length))))
    (global.set $lineStart (i32.add (local.get $at) (i32.const 1))))

  ;; Walks octets [0, $limit) and writes what they hold to the second page, in the order of the stores below. $line octets of
  ;; the present line came before; $afterReturn says that a CR did.
  (func (export "facts") (param $limit i32) (param $line i32) (param $afterReturn i32)
    (local $at i32)
    (local $first v128)
    (local $second v128)
    (local $mask i32)
    (local $highs i32)
    (local $returns i32)
    (local $feeds i32)
    (local $bit i32)
    (local $length i32)
    ;; Lines that are right are counted in these, which stay in registers; all else goes by the globals.
    (local $high i32)
    (local $pairs i32)
    (local $ends i32)
    (local $longest i32)
    (local $lineStart i32)
    ;; The octet before this step is a CR.
    (local $carry i32)
    (local $n32 v128)
    (local $n95 v128)
    (local $cr v128)
    (local $lf v128)
    (local $tab v128)
    (local.set $n32 (i8x16.splat (i32.const 32)))
    (local.set $n95 (i8x16.splat (i32.const 95)))
    (local.set $cr (i8x16.splat (i32.const 13)))
    (local.set $lf (i8x16.splat (i32.const 10)))
    (local.set $tab (i8x16.splat (i32.const 9)))
    (global.set $controls (i32.const 0))
    (global.set $nuls (i32.const 0))
    (global.set $returns (i32.const 0))
    (global.set $feeds (i32.const 0))
    (global.set $pairs (i32.const 0))
    (local.set $lineStart (i32.sub (i32.const 0) (local.get $line)))
    (local.set $carry (i32.ne (local.get $afterReturn) (i32.const 0)))
    (block $tail
      (loop $next
        (br_if $tail (i32.gt_u (i32.add (local.get $at) (i32.const 32)) (local.get $limit)))
        (local.set $first (v128.load (local.get $at)))
        (local.set $second (v128.load offset=16 (local.get $at)))
        ;; Printable octets are 32 to 126: with 32 taken away, those below 95.
        (local.set $mask
          (i32.or
            (i8x16.bitmask
              (i8x16.ge_u
                (i8x16.sub (local.get $first) (local.get $n32))
                (local.get $n95)))
            (i32.shl
              (i8x16.bitmask
                (i8x16.ge_u
                  (i8x16.sub (local.get $second) (local.get $n32))
                  (local.get $n95)))
              (i32.const 16))))
        (if (i32.or (local.get $mask) (local.get $carry))
          (then
            (local.set $returns
              (i32.or
                (i8x16.bitmask (i8x16.eq (local.get $first) (local.get $cr)))
                (i32.shl
                  (i8x16.bitmask (i8x16.eq (local.get $second) (local.get $cr)))
                  (i32.const 16))))
            (local.set $feeds
              (i32.or
                (i8x16.bitmask (i8x16.eq (local.get $first) (local.get $lf)))
                (i32.shl
                  (i8x16.bitmask (i8x16.eq (local.get $second) (local.get $lf)))
                  (i32.const 16))))
            ;; High octets and TAB count for nothing in a line.
            (if (i32.ne (local.get $mask) (i32.or (local.get $returns) (local.get $feeds)))
              (then
                (local.set $highs
                  (i32.or
                    (i8x16.bitmask (local.get $first))
                    (i32.shl (i8x16.bitmask (local.get $second)) (i32.const 16))))
                (local.set $high (i32.add (local.get $high) (i32.popcnt (local.get $highs))))
                (local.set $mask
                  (i32.and
                    (local.get $mask)
                    (i32.xor
                      (i32.or
                        (local.get $highs)
                        (i32.or
                          (i8x16.bitmask (i8x16.eq (local.get $first) (local.get $tab)))
                          (i32.shl
                            (i8x16.bitmask (i8x16.eq (local.get $second) (local.get $tab)))
                            (i32.const 16))))
                      (i32.const -1))))))
            (if
              (i32.and
                ;; Each LF has its CR, each CR its LF …
                (i32.eq
                  (i32.or (i32.shl (local.get $returns) (i32.const 1)) (local.get $carry))
                  (local.get $feeds))
                ;; … and there is nothing else.
                (i32.eq (local.get $mask) (i32.or (local.get $returns) (local.get $feeds))))
              (then
                (local.set $pairs (i32.add (local.get $pairs) (i32.popcnt (local.get $feeds))))
                (if (local.get $carry)
                  (then (local.set $lineStart (i32.add (local.get $at) (i32.const 1)))))
                (local.set $ends (i32.add (local.get $ends) (i32.popcnt (local.get $returns))))
                (local.set $carry (i32.shr_u (local.get $returns) (i32.const 31)))
                (loop $lines
                  (if (local.get $returns)
                    (then
                      (local.set $bit (i32.add (local.get $at) (i32.ctz (local.get $returns))))
                      (local.set $length (i32.sub (local.get $bit) (local.get $lineStart)))
                      (if (i32.gt_s (local.get $length) (local.get $longest))
                        (then (local.set $longest (local.get $length))))
                      ;; Behind the LF; one that is still to come moves it there.
                      (local.set $lineStart (i32.add (local.get $bit) (i32.const 2)))
                      (local.set $returns
                        (i32.and (local.get $returns) (i32.sub (local.get $returns) (i32.const 1))))
                      (br $lines))))
                ;; A CR at the end of a step: until its LF comes, the line begins behind the CR.
                (local.set $lineStart (i32.sub (local.get $lineStart) (local.get $carry))))
              (else
                (global.set $longest (local.get $longest))
                (global.set $lineStart (local.get $lineStart))
                (global.set $lastReturn
                  (select (i32.sub (local.get $at) (i32.const 1)) (i32.const -2) (local.get $carry)))
                (loop $bits
                  (if (local.get $mask)
                    (then
                      (local.set $bit (i32.add (local.get $at) (i32.ctz (local.get $mask))))
                      (call $note (i32.load8_u (local.get $bit)) (local.get $bit))
                      (local.set $mask
                        (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
                      (br $bits))))
                (local.set $longest (global.get $longest))
                (local.set $lineStart (global.get $lineStart))
                (local.set $carry (i32.eq (global.get $lastReturn) (i32.add (local.get $at) (i32.const 31))))))))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br $next)))
    (global.set $high (local.get $high))
    (global.set $longest (local.get $longest))
    (global.set $lineStart (local.get $lineStart))
    (global.set $lastReturn
      (select (i32.sub (local.get $at) (i32.const 1)) (i32.const -2) (local.get $carry)))
    (block $end
      (loop $one
        (br_if $end (i32.ge_u (local.get $at) (local.get $limit)))
        (local.set $bit (i32.load8_u (local.get $at)))
        (if (i32.gt_u (local.get $bit) (i32.const 127))
          (then (global.set $high (i32.add (global.get $high) (i32.const 1))))
          (else
            (if (i32.ge_u (i32.sub (local.get $bit) (i32.const 32)) (i32.const 95))
              (then (call $note (local.get $bit) (local.get $at))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $one)))
    (i32.store (i32.const 65536) (global.get $high))
    (i32.store (i32.const 65540) (global.get $controls))
    (i32.store (i32.const 65544) (global.get $nuls))
    (i32.store (i32.const 65548) (i32.add (global.get $returns) (local.get $ends)))
    (i32.store (i32.const 65552) (i32.add (global.get $feeds) (local.get $pairs)))
    (i32.store (i32.const 65556) (i32.add (global.get $pairs) (local.get $pairs)))
    (i32.store (i32.const 65560) (global.get $longest))
    ;; The present line so far, and whether its CR was the last octet.
    (i32.store (i32.const 65564) (i32.sub (local.get $limit) (global.get $lineStart)))
    (i32.store (i32.const 65568)
      (i32.eq (global.get $lastReturn) (i32.sub (local.get $limit) (i32.const 1)))))

  ;; Where lines that end in CRLF stop, from $at on: at a bare CR or LF, at a CRLF that $limit cuts, at a NUL, behind a line of
  ;; more than $maxLine octets, with $dots at a line that begins with a dot, or at $limit. Where the last line began goes to
  ;; the second page, and whether an octet above 127 was gone over.
  (func (export "runEnd")
    (param $at i32) (param $limit i32) (param $lineStart i32) (param $dots i32) (param $maxLine i32)
    (result i32)
    (local $first v128)
    (local $second v128)
    (local $all v128)
    (local $mask i32)
    (local $returns i32)
    (local $feeds i32)
    (local $octet i32)
    ;; The octet before this step is a CR; it is an LF, so that this step begins a line.
    (local $carry i32)
    (local $begins i32)
    ;; How long the last line was; two of one length foretell a third, as in base64.
    (local $length i32)
    (local $foretold i32)
    (local $alike i32)
    (local $from i32)
    (local $last i32)
    (local $low v128)
    (local $cr v128)
    (local $lf v128)
    (local $dot v128)
    (local $nul v128)
    (local $nuls i32)
    (local.set $cr (i8x16.splat (i32.const 13)))
    (local.set $lf (i8x16.splat (i32.const 10)))
    (local.set $dot (i8x16.splat (i32.const 46)))
    (block $done
      (loop $step
        (if (local.get $alike)
          (then
            (local.set $alike (i32.const 0))
            (local.set $length (i32.const 0))
            (block $unlike
              ;; A line whose end stands where it was foretold, and which holds nothing to look at.
              (loop $line
                (local.set $last (i32.add (local.get $at) (local.get $foretold)))
                (br_if $unlike (i32.gt_u (i32.add (local.get $last) (i32.const 2)) (local.get $limit)))
                (br_if $unlike (i32.ne (i32.load16_u (local.get $last)) (i32.const 0x0a0d)))
                (if (local.get $dots)
                  (then (br_if $done (i32.eq (i32.load8_u (local.get $at)) (i32.const 46)))))
                (local.set $last (i32.sub (local.get $last) (i32.const 16)))
                (local.set $second (v128.load (local.get $last)))
                (local.set $all (v128.or (local.get $all) (local.get $second)))
                (local.set $low (i8x16.le_u (local.get $second) (local.get $cr)))
                (local.set $from (local.get $at))
                (loop $more
                  (local.set $first (v128.load (local.get $from)))
                  (local.set $all (v128.or (local.get $all) (local.get $first)))
                  (local.set $low
                    (v128.or (local.get $low) (i8x16.le_u (local.get $first) (local.get $cr))))
                  (local.set $from (i32.add (local.get $from) (i32.const 16)))
                  (br_if $more (i32.lt_u (local.get $from) (local.get $last))))
                (br_if $unlike (v128.any_true (local.get $low)))
                (local.set $at (i32.add (local.get $last) (i32.const 18)))
                (local.set $lineStart (local.get $at))
                (br $line)))))
        (local.set $mask (i32.const 1))
        (block $exactly
          (br_if $exactly (i32.gt_u (i32.add (local.get $at) (i32.const 32)) (local.get $limit)))
          (local.set $first (v128.load (local.get $at)))
          (local.set $second (v128.load offset=16 (local.get $at)))
          (local.set $all (v128.or (local.get $all) (v128.or (local.get $first) (local.get $second))))
          ;; Octets up to CR are rare in text but for line ends.
          (local.set $mask
            (i32.or
              (i8x16.bitmask (i8x16.le_u (local.get $first) (local.get $cr)))
              (i32.shl (i8x16.bitmask (i8x16.le_u (local.get $second) (local.get $cr))) (i32.const 16))))
          (if (i32.or (local.get $mask) (i32.or (local.get $carry) (local.get $begins)))
            (then
              (local.set $returns
                (i32.or
                  (i8x16.bitmask (i8x16.eq (local.get $first) (local.get $cr)))
                  (i32.shl (i8x16.bitmask (i8x16.eq (local.get $second) (local.get $cr))) (i32.const 16))))
              (local.set $feeds
                (i32.or
                  (i8x16.bitmask (i8x16.eq (local.get $first) (local.get $lf)))
                  (i32.shl (i8x16.bitmask (i8x16.eq (local.get $second) (local.get $lf))) (i32.const 16))))
              (local.set $nuls
                (i32.or
                  (i8x16.bitmask (i8x16.eq (local.get $first) (local.get $nul)))
                  (i32.shl (i8x16.bitmask (i8x16.eq (local.get $second) (local.get $nul))) (i32.const 16))))
              ;; TAB and the like are no reason to stop.
              (local.set $mask
                (i32.or (local.get $nuls) (i32.or (local.get $returns) (local.get $feeds))))
              (br_if $exactly
                (i32.ne
                  (i32.or (i32.shl (local.get $returns) (i32.const 1)) (local.get $carry))
                  (local.get $feeds)))
              (br_if $exactly (local.get $nuls))
              (if (local.get $dots)
                (then
                  (br_if $exactly
                    (i32.and
                      (i32.or (i32.shl (local.get $feeds) (i32.const 1)) (local.get $begins))
                      (i32.or
                        (i8x16.bitmask (i8x16.eq (local.get $first) (local.get $dot)))
                        (i32.shl
                          (i8x16.bitmask (i8x16.eq (local.get $second) (local.get $dot)))
                          (i32.const 16)))))))
              ;; Lines that begin and end in this step are short.
              (br_if $exactly
                (i32.and
                  (i32.ne (local.get $returns) (i32.const 0))
                  (i32.gt_s
                    (i32.sub
                      (i32.add (local.get $at) (i32.ctz (local.get $returns)))
                      (local.get $lineStart))
                    (local.get $maxLine))))
              (if (local.get $feeds)
                (then
                  (local.set $foretold (local.get $length))
                  (local.set $length
                    (select
                      (i32.const 0)
                      (i32.sub
                        (i32.add (local.get $at) (i32.ctz (local.get $returns)))
                        (local.get $lineStart))
                      (local.get $carry)))
                  (local.set $lineStart
                    (i32.sub
                      (i32.add (local.get $at) (i32.const 32))
                      (i32.clz (local.get $feeds))))
                  (if
                    (i32.and
                      (i32.eq (local.get $length) (local.get $foretold))
                      (i32.ge_s (local.get $length) (i32.const 32)))
                    (then
                      (local.set $at (local.get $lineStart))
                      (local.set $carry (i32.const 0))
                      (local.set $begins (i32.const 1))
                      (local.set $alike (i32.const 1))
                      (br $step)))))
              (local.set $carry (i32.shr_u (local.get $returns) (i32.const 31)))
              (local.set $begins (i32.shr_u (local.get $feeds) (i32.const 31)))))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br $step))
        ;; One octet, or one line end.
        (if (local.get $carry)
          (then
            (local.set $at (i32.sub (local.get $at) (i32.const 1)))
            (local.set $carry (i32.const 0)))
          (else
            (br_if $done (i32.ge_u (local.get $at) (local.get $limit)))
            (if (i32.and (local.get $begins) (local.get $dots))
              (then (br_if $done (i32.eq (i32.load8_u (local.get $at)) (i32.const 46)))))
            (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))))
        (local.set $begins (i32.const 0))
        (local.set $octet (i32.load8_u (local.get $at)))
        (if (i32.ne (local.get $octet) (i32.const 13))
          (then
            (br_if $done (i32.eq (local.get $octet) (i32.const 10)))
            (br_if $done (i32.eqz (local.get $octet)))
            (local.set $all (v128.or (local.get $all) (i8x16.splat (local.get $octet))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $step)))
        ;; Only a whole CRLF behind a line that is not too long is gone over; all else is for the caller.
        (br_if $done (i32.ge_u (i32.add (local.get $at) (i32.const 1)) (local.get $limit)))
        (br_if $done (i32.ne (i32.load8_u offset=1 (local.get $at)) (i32.const 10)))
        (br_if $done (i32.gt_s (i32.sub (local.get $at) (local.get $lineStart)) (local.get $maxLine)))
        (local.set $at (i32.add (local.get $at) (i32.const 2)))
        (local.set $lineStart (local.get $at))
        (local.set $begins (i32.const 1))
        (br $step)))
    (i32.store (i32.const 65564) (i32.sub (local.get $at) (local.get $lineStart)))
    (i32.store (i32.const 65568) (i32.ne (i8x16.bitmask (local.get $all)) (i32.const 0)))
    (local.get $at))
)
