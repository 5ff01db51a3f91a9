// X509Certificate. The first certificate is of the RSA key and signed by it, the second of
// P-256's and signed by the first one by RSA-PSS, the third of Ed25519's. OpenSSL made them.
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { failing } from "./failing.js";
import { KEYS } from "./keys.js";

const AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIDTTCCAjWgAwIBAgIUbJUpTFUwcUZ+3JWB163SEsVByMwwDQYJKoZIhvcNAQEM
BQAwNTELMAkGA1UEBhMCREUxFDASBgNVBAoMC1fDpHJwLCBHcmlkMRAwDgYDVQQD
DAdUZXN0IENBMCAXDTI2MTEyMjAzMDQ0MVoYDzIxMjYxMDI5MDMwNDQxWjA1MQsw
CQYDVQQGEwJERTEUMBIGA1UECgwLV8OkcnAsIEdyaWQxEDAOBgNVBAMMB1Rlc3Qg
Q0EwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCfgQ+0A4Jz0CWR5Ac/
MdK2ABuCzttNkvBQFl1Hz8q4o8Qct3isdVN5P475dXaNGiN02HElZMO813uepDRU
SJlAfP8AmZIKkxokxEFIUqspvbCpXAZT82xg5gv5C2JY3aVvNwR7pcLR0CmvnJ1A
useqQceKDdEGit1pnoCP6gEeoUQdik97tOl7459V8d3UTpxLozUVlwPU00tgPmUU
ek8j1tPAmWx17e6EaoLRkK4QeDyWHPA4eu0hBtLQVVtv2Tf61VNTh+D/cv++eJQU
ArC4IuoqdLYFjB2r+bNKdstjuH+qLGhHuOKDf/+RGG5rHBSRHPmJqJCSqBzmAd2s
0/nPAgMBAAGjUzBRMB0GA1UdDgQWBBTDgwKdvAPqbbCmehDaw0PwavI83jAfBgNV
HSMEGDAWgBTDgwKdvAPqbbCmehDaw0PwavI83jAPBgNVHRMBAf8EBTADAQH/MA0G
CSqGSIb3DQEBDAUAA4IBAQCFS/nmfcBp67KdNAmHbqG4UvNnpT6j1doGRLGaXLDe
1e3QiHNTA0ejSsH/z0eF2KYK44IRS/aV8TJFJal2e74waQ7EErqcq7KvuhDSlCJr
UvcyRXXVSnYW6kRRezbCyXLbTNtD2Kg6pnCOXtFoatDlwEq/eFB0DE493WTcz9dj
gDo6FQLqHq5h8JycHNxOs9LkzWA5WkKeowCYXDj+jarAchqtTsHjvKOmkyGV+oVw
8xqAROnrW6b0tnu7KHlL6wj1Odniu+PcusIiue8W3jzDXqgbbO+pWew0SuZ9Da3k
AAuD9CmTAtr7UYFlIaVe0eqzc8RwHxaf8iUpRoEtabhu
-----END CERTIFICATE-----`;
const LEAF = `-----BEGIN CERTIFICATE-----
MIIEFDCCAsegAwIBAgIUaRMaVX327Yxo2UK6FnZL/EOosygwQgYJKoZIhvcNAQEK
MDWgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEF
AKIEAgIA3jA1MQswCQYDVQQGEwJERTEUMBIGA1UECgwLV8OkcnAsIEdyaWQxEDAO
BgNVBAMMB1Rlc3QgQ0EwIBcNMjYxMTIyMDMwNDQxWhgPMjEyNjEwMjkwMzA0NDFa
MG4xCzAJBgNVBAYTAkRFMQ8wDQYDVQQIDAZCZXJsaW4xDTALBgNVBAoMBFdhcnAx
ITALBgNVBAsMBEdyaWQwEgYDVQQDDAtleGFtcGxlLm9yZzEcMBoGCSqGSIb3DQEJ
ARYNYUBleGFtcGxlLm9yZzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABH/Nzidw
9sRdQYPL7m/bS3tYBzM1e+nvE7rPbjx70VRFx/FEzRu9m36HLN/tue659LNpXW6p
CyStikYjKIWI5a2jggFAMIIBPDBjBgNVHREEXDBaggtleGFtcGxlLm9yZ4INKi5l
eGFtcGxlLm5ldIcEfwAAAYcQAAAAAAAAAAAAAAAAAAAAAYENYUBleGFtcGxlLm9y
Z4YVaHR0cHM6Ly9leGFtcGxlLm9yZy94MAsGA1UdDwQEAwIHgDAdBgNVHSUEFjAU
BggrBgEFBQcDAQYIKwYBBQUHAwIwCQYDVR0TBAIwADBeBggrBgEFBQcBAQRSMFAw
JAYIKwYBBQUHMAGGGGh0dHA6Ly9vY3NwLmV4YW1wbGUub3JnLzAoBggrBgEFBQcw
AoYcaHR0cDovL2NhLmV4YW1wbGUub3JnL2NhLnBlbTAdBgNVHQ4EFgQUzo0Wsckz
jrf+OXmZrkW+7j+1hoYwHwYDVR0jBBgwFoAUw4MCnbwD6m2wpnoQ2sND8GryPN4w
QgYJKoZIhvcNAQEKMDWgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDAN
BglghkgBZQMEAgEFAKIEAgIA3gOCAQEAja3BYpp8nB9fHZ2woB5UfD96Z9zROBII
p3UYipe6jEIN27x9VMF/C4PPXXLpE4p5KyKb3eWfbvIlMPbyIpHpuK4ZNI3dd/zr
kp8X6w5j6EfHY5Y0cExLMIB9ILiXCMFP1qGyfsRrZMXWanotycN9O9XSF0p61vdU
dKb7T3OFe6MQUGrva6zoRzRhc87MCoZuqCdRiARbyNxs98cvI7AufT4QJfukXgLe
h9YtCsx+DsZIXthyuhEQWays1OyE6eLhas+hVez1DLq6BESdGRctTDoea2WkbzcM
tXCGESI1JcISWkgy+oPrTwTenHFRPvUCr6jYwRFn3cB8Vr/VOBH/Hw==
-----END CERTIFICATE-----`;
const ED25519 = `-----BEGIN CERTIFICATE-----
MIIBMDCB46ADAgECAhRhiuZB9r2q3QEd3P7OeEAcCEg6RzAFBgMrZXAwDTELMAkG
A1UEAwwCZWQwIBcNMjYxMTIyMDMwNDQxWhgPMjEyNjEwMjkwMzA0NDFaMA0xCzAJ
BgNVBAMMAmVkMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIa
aPcHURqjUzBRMB0GA1UdDgQWBBRbJ6pViReXcOR1dbFiod7Ze4v8bTAfBgNVHSME
GDAWgBRbJ6pViReXcOR1dbFiod7Ze4v8bTAPBgNVHRMBAf8EBTADAQH/MAUGAytl
cANBAMJWHK96f0pH/A0cU2QZi0Pd+isbRFpE4/KcVZz7lV/QpQDgEnDTwtclTlTs
U++SzcPLUFzhWDoSt+xc2klYSgU=
-----END CERTIFICATE-----`;

const FIELDS = ["subject", "issuer", "subjectAltName", "infoAccess", "validFrom", "validTo", "serialNumber", "ca", "keyUsage", "fingerprint", "fingerprint256", "fingerprint512"] as const;

export function certificates() {
  const all = [AUTHORITY, LEAF, ED25519].map((pem) => new X509Certificate(pem));
  const pairs = [KEYS.rsa, KEYS.p256, KEYS.ed25519].map((key) => createPrivateKey({ key, format: "jwk" }));
  return {
    each: all.map((one, i) => ({
      fields: Object.fromEntries(FIELDS.map((name) => [name, one[name]])),
      text: one.toString() === `${[AUTHORITY, LEAF, ED25519][i]}\n`,
      again: new X509Certificate(one.raw).fingerprint === one.fingerprint,
      key: one.publicKey.export({ type: "spki", format: "pem" }),
      taken: createPublicKey([AUTHORITY, LEAF, ED25519][i]).equals(one.publicKey),
      issued: all.map((other) => one.checkIssued(other)),
      verified: all.map((other) => one.verify(other.publicKey)),
      own: pairs.map((key) => one.checkPrivateKey(key)),
      hosts: ["example.org", "EXAMPLE.org", "a.example.net", "a.b.example.net", "example.net", "Test CA", "ed"].map((host) => one.checkHost(host) ?? null),
      never: one.checkHost("Test CA", { subject: "never" }) ?? null,
      noWildcard: one.checkHost("a.example.net", { wildcards: false }) ?? null,
      addresses: ["127.0.0.1", "::1", "::2", "0:0::1"].map((ip) => one.checkIP(ip) ?? null),
      mail: ["a@example.org", "a@EXAMPLE.org", "b@example.org"].map((email) => one.checkEmail(email) ?? null),
    })),
    errors: {
      empty: failing(() => new X509Certificate("")).code,
      type: failing(() => new X509Certificate(5 as any)).code,
      key: failing(() => all[0]!.verify(pairs[0]!)).code,
    },
  };
}
