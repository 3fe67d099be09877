;; Base64 in lines of 76 characters (RFC 2045 6.8), twelve octets a step (the fixed-width SIMD of WebAssembly 2.0). The
;; scalar half in src/base64.ts gives the same octets, and a test holds the two against each other.
(module
  ;; The first page holds octets, the lines begin with the second: 1,149 of them fit behind 65,493 octets.
  (memory (export "memory") 3)

  (func $step (param $from i32) (param $to i32)
    (local $octets v128)
    (local $digits v128)
    (local $class v128)
    ;; Each three octets become four, in an order in which their sextets can be cut out of 32 bits.
    (local.set $octets
      (i8x16.swizzle
        (v128.load (local.get $from))
        (v128.const i8x16 1 0 2 1 4 3 5 4 7 6 8 7 10 9 11 10)))
    (local.set $digits
      (v128.or
        (v128.or
          (i32x4.shr_u (v128.and (local.get $octets) (i32x4.splat (i32.const 0x0000fc00))) (i32.const 10))
          (i32x4.shr_u (v128.and (local.get $octets) (i32x4.splat (i32.const 0x0fc00000))) (i32.const 6)))
        (v128.or
          (i32x4.shl (v128.and (local.get $octets) (i32x4.splat (i32.const 0x000003f0))) (i32.const 4))
          (i32x4.shl (v128.and (local.get $octets) (i32x4.splat (i32.const 0x003f0000))) (i32.const 8)))))
    ;; 0 for a to z, 1 to 10 for the digits, 11 for +, 12 for /, 13 for A to Z: what to add to a sextet of that class.
    (local.set $class
      (v128.or
        (i8x16.sub_sat_u (local.get $digits) (i8x16.splat (i32.const 51)))
        (v128.and
          (i8x16.lt_u (local.get $digits) (i8x16.splat (i32.const 26)))
          (i8x16.splat (i32.const 13)))))
    (v128.store
      (local.get $to)
      (i8x16.add
        (local.get $digits)
        (i8x16.swizzle
          (v128.const i8x16 71 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -19 -16 65 0 0)
          (local.get $class)))))

  ;; Whole lines of 57 octets, each with its CRLF.
  (func (export "encodeLines") (param $lines i32)
    (local $from i32)
    (local $to i32)
    (local.set $to (i32.const 65536))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $lines)))
        (call $step (local.get $from) (local.get $to))
        (call $step (i32.add (local.get $from) (i32.const 12)) (i32.add (local.get $to) (i32.const 16)))
        (call $step (i32.add (local.get $from) (i32.const 24)) (i32.add (local.get $to) (i32.const 32)))
        (call $step (i32.add (local.get $from) (i32.const 36)) (i32.add (local.get $to) (i32.const 48)))
        ;; The last nine octets, with the three before them once more.
        (call $step (i32.add (local.get $from) (i32.const 45)) (i32.add (local.get $to) (i32.const 60)))
        (i32.store16 offset=76 (local.get $to) (i32.const 0x0a0d))
        (local.set $from (i32.add (local.get $from) (i32.const 57)))
        (local.set $to (i32.add (local.get $to) (i32.const 78)))
        (local.set $lines (i32.sub (local.get $lines) (i32.const 1)))
        (br $next)))))
