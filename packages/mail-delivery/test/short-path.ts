// Certificates that the test server cannot make: an authority whose path length is 0, an authority below it,
// which it must not have, and leaves for mx.example.org of both. Made by openssl, P-256, from November 2026 to
// 2126: tests have to name the time.

function der(...lines: readonly string[]): Uint8Array {
  return new Uint8Array(Buffer.from(lines.join(""), "base64"));
}

/** The authority: `pathlen:0`. */
export const SHORT_AUTHORITY = der(
  "MIIBkzCCATqgAwIBAgIUROwpYxEQGSRlUAy4ti6ErR692hUwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKU2hvcnQgcGF0aDAgFw0y",
  "NjExMjIxMTQ3NDdaGA8yMTI2MTAyOTExNDc0N1owFTETMBEGA1UEAwwKU2hvcnQgcGF0aDBZMBMGByqGSM49AgEGCCqGSM49AwEH",
  "A0IABOlVDsDfgX5MSrMq+ocd+2SNL19hT3As9SRnDUTeSrPzVlgEvkGzU382ZKlSjgvjNWo2S5bCySr2Shcxlzb4W4SjZjBkMB0G",
  "A1UdDgQWBBR6qmvLagvaGYh5MftQ9j3u9Qg3AzAfBgNVHSMEGDAWgBR6qmvLagvaGYh5MftQ9j3u9Qg3AzASBgNVHRMBAf8ECDAG",
  "AQH/AgEAMA4GA1UdDwEB/wQEAwICBDAKBggqhkjOPQQDAgNHADBEAiB7lhozGYtsNG8cbZdW3eArqOSKKzW1Z/qDceUkYd83ZwIg",
  "XI8IcmMrAB1snCuG8AOsfzSzA/ASapYyJTDZRF8yVA8=",
);
/** Issued by the authority, and an authority itself. */
export const MIDDLE = der(
  "MIIBjTCCATOgAwIBAgIUI9hZtrKZfatYBanTdv5RT3XGMKgwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKU2hvcnQgcGF0aDAgFw0y",
  "NjExMjIxMTQ3NDdaGA8yMTI2MTAyOTExNDc0N1owETEPMA0GA1UEAwwGTWlkZGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
  "4vMoVLk7WZNmSgGa/6JzRLEeWvcnS/ROhZ9fvpvsVl4JHootb7zjZeYoqwQ2+m7cQqUrNGlQX+NUgzaNLawxI6NjMGEwDwYDVR0T",
  "AQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwHQYDVR0OBBYEFFp7ZJ1ymICyFySBuwl24L2yQEKwMB8GA1UdIwQYMBaAFHqqa8tq",
  "C9oZiHkx+1D2Pe71CDcDMAoGCCqGSM49BAMCA0gAMEUCIAS2APEpShgOKjDAAT6fgnJQAwmIwHZFHMw/pgTJ4QsRAiEAsb9114SN",
  "s8Zrj+sx1rtJCMINVHhoFAI/caBpcjQxJj0=",
);
/** A leaf of the one in the middle. */
export const LEAF_BELOW = der(
  "MIIBizCCATGgAwIBAgIUS4WVQhObjgpnyBjpVYZ/NwvDLlIwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGTWlkZGxlMCAXDTI2MTEy",
  "MjExNDc0N1oYDzIxMjYxMDI5MTE0NzQ3WjAZMRcwFQYDVQQDDA5teC5leGFtcGxlLm9yZzBZMBMGByqGSM49AgEGCCqGSM49AwEH",
  "A0IABOGM1R0Bs6nzgbLTmBBwz6+xXTCvHYmgAZ/wG17iyEpw/1tHPLmaC1mjWiDHwn8j+L8rmT9/0iMbj6dEVa4Htl+jXTBbMBkG",
  "A1UdEQQSMBCCDm14LmV4YW1wbGUub3JnMB0GA1UdDgQWBBSXyE67xEgAJIsvQxsM0bkbSl+HujAfBgNVHSMEGDAWgBRae2SdcpiA",
  "shckgbsJduC9skBCsDAKBggqhkjOPQQDAgNIADBFAiB+d34E6yfcGnlafcHe6cyIvCVjRK1rUko8LWwzNwEP0AIhANIgraBhujmb",
  "hEax3QBJZE9cLJu7LsA24sQOByeEGtJT",
);
/** A leaf of the authority. */
export const LEAF = der(
  "MIIBjzCCATWgAwIBAgIUT+7U7N0jwBafVL9WOAdK5LnjG3QwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKU2hvcnQgcGF0aDAgFw0y",
  "NjExMjIxMTQ3NDdaGA8yMTI2MTAyOTExNDc0N1owGTEXMBUGA1UEAwwObXguZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjO",
  "PQMBBwNCAAThjNUdAbOp84Gy05gQcM+vsV0wrx2JoAGf8Bte4shKcP9bRzy5mgtZo1ogx8J/I/i/K5k/f9IjG4+nRFWuB7Zfo10w",
  "WzAZBgNVHREEEjAQgg5teC5leGFtcGxlLm9yZzAdBgNVHQ4EFgQUl8hOu8RIACSLL0MbDNG5G0pfh7owHwYDVR0jBBgwFoAUeqpr",
  "y2oL2hmIeTH7UPY97vUINwMwCgYIKoZIzj0EAwIDSAAwRQIgbz1rzhTcMTSSa2eonJyYitc++NmROVp6pacWFmhc/a0CIQCzEW3n",
  "PrZ44kUyTPeoA0ZRUUuqiA75s/ZQKAvmrgsSEA==",
);
