;; The vector half of this package: 16 or 32 octets a step (the fixed-width SIMD of WebAssembly 2.0). The scalar half in
;; src/ gives the same answers, and a test holds the two against each other.
(module
  ;; The first page holds octets, the second begins with what a walk found. Loads stay below `$limit`, so they never reach over.
  (memory (export "memory") 2)

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
                (i8x16.sub (local.get $first) (i8x16.splat (i32.const 32)))
                (i8x16.splat (i32.const 95))))
            (i32.shl
              (i8x16.bitmask
                (i8x16.ge_u
                  (i8x16.sub (local.get $second) (i8x16.splat (i32.const 32)))
                  (i8x16.splat (i32.const 95))))
              (i32.const 16))))
        (if (i32.or (local.get $mask) (local.get $carry))
          (then
            (local.set $returns
              (i32.or
                (i8x16.bitmask (i8x16.eq (local.get $first) (i8x16.splat (i32.const 13))))
                (i32.shl
                  (i8x16.bitmask (i8x16.eq (local.get $second) (i8x16.splat (i32.const 13))))
                  (i32.const 16))))
            (local.set $feeds
              (i32.or
                (i8x16.bitmask (i8x16.eq (local.get $first) (i8x16.splat (i32.const 10))))
                (i32.shl
                  (i8x16.bitmask (i8x16.eq (local.get $second) (i8x16.splat (i32.const 10))))
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
                          (i8x16.bitmask (i8x16.eq (local.get $first) (i8x16.splat (i32.const 9))))
                          (i32.shl
                            (i8x16.bitmask (i8x16.eq (local.get $second) (i8x16.splat (i32.const 9))))
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
  ;; the second page.
  (func (export "runEnd")
    (param $at i32) (param $limit i32) (param $lineStart i32) (param $dots i32) (param $maxLine i32)
    (result i32)
    (local $block v128)
    (local $mask i32)
    (local $octet i32)
    (block $done
      (loop $next
        (block $found
          (loop $skip
            (if (i32.le_u (i32.add (local.get $at) (i32.const 16)) (local.get $limit))
              (then
                (local.set $block (v128.load (local.get $at)))
                (local.set $mask
                  (i8x16.bitmask
                    (v128.or
                      (v128.or
                        (i8x16.eq (local.get $block) (i8x16.splat (i32.const 13)))
                        (i8x16.eq (local.get $block) (i8x16.splat (i32.const 10))))
                      (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0))))))
                (if (local.get $mask)
                  (then
                    (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))
                    (br $found)))
                (local.set $at (i32.add (local.get $at) (i32.const 16)))
                (br $skip))))
          (loop $one
            (br_if $done (i32.ge_u (local.get $at) (local.get $limit)))
            (local.set $octet (i32.load8_u (local.get $at)))
            (br_if $found (i32.eq (local.get $octet) (i32.const 13)))
            (br_if $found (i32.eq (local.get $octet) (i32.const 10)))
            (br_if $found (i32.eqz (local.get $octet)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $one)))
        ;; Only a whole CRLF behind a line that is not too long is gone over; all else is for the caller.
        (br_if $done (i32.ne (i32.load8_u (local.get $at)) (i32.const 13)))
        (br_if $done (i32.ge_u (i32.add (local.get $at) (i32.const 1)) (local.get $limit)))
        (br_if $done (i32.ne (i32.load8_u offset=1 (local.get $at)) (i32.const 10)))
        (br_if $done (i32.gt_s (i32.sub (local.get $at) (local.get $lineStart)) (local.get $maxLine)))
        (local.set $at (i32.add (local.get $at) (i32.const 2)))
        (local.set $lineStart (local.get $at))
        (br_if $done (i32.ge_u (local.get $at) (local.get $limit)))
        (br_if $next (i32.eqz (local.get $dots)))
        (br_if $next (i32.ne (i32.load8_u (local.get $at)) (i32.const 46)))))
    (i32.store (i32.const 65564) (i32.sub (local.get $at) (local.get $lineStart)))
    (local.get $at))
)
