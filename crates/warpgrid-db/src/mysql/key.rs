//! The server's RSA key, by which a password goes over a connection in clear
//! ("caching_sha2_password", "sha256_password"). mysql_common computes with
//! whatever it is given, so what it is given is looked at first.

use mysql_common::crypto::der::{PubKeyFileType, pem_to_der};
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{Decode, Error, Reader, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoRef;

/// The lengths of a modulus, in bytes: a server makes keys of 2048 bits, and
/// OpenSSL takes none above 16384 (`OPENSSL_RSA_MAX_MODULUS_BITS`).
const MODULUS: std::ops::RangeInclusive<usize> = 128..=2048;
/// No exponent is longer, in bytes (`OPENSSL_RSA_MAX_PUBEXP_BITS`): one as long
/// as its modulus takes hours to compute with.
const EXPONENT: usize = 8;

/// Whether what a server sends as its key, as PEM, is one.
pub(super) fn is_sound(pem: &[u8]) -> bool {
    let Ok((der, kind)) = pem_to_der(pem) else {
        return false;
    };
    let lengths = match kind {
        PubKeyFileType::Pkcs1 => lengths(&der),
        PubKeyFileType::Pkcs8 => SubjectPublicKeyInfoRef::from_der(&der)
            .ok()
            .and_then(|info| info.subject_public_key.as_bytes())
            .and_then(lengths),
    };
    lengths.is_some_and(|(modulus, exponent)| MODULUS.contains(&modulus) && exponent <= EXPONENT)
}

/// The lengths of modulus and exponent (RFC 8017, A.1.1), in bytes.
fn lengths(der: &[u8]) -> Option<(usize, usize)> {
    let mut reader = SliceReader::new(der).ok()?;
    let numbers = reader.sequence(|fields| {
        let [modulus, exponent] = [UintRef::decode(fields)?, UintRef::decode(fields)?];
        Ok::<_, Error>((modulus.as_bytes().len(), exponent.as_bytes().len()))
    });
    numbers.ok()
}

#[cfg(test)]
mod tests {
    use mysql_common::crypto;
    use x509_cert::der::Encode;
    use x509_cert::der::asn1::{BitString, ObjectIdentifier};
    use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

    use super::*;

    /// PEM, with lines as OpenSSL has them.
    fn pem(kind: &str, der: &[u8]) -> Vec<u8> {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = format!("-----BEGIN {kind}-----\n").into_bytes();
        for three in der.chunks(3) {
            let bits = three
                .iter()
                .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
            let bits = bits << (8 * (3 - three.len()));
            for digit in 0..4 {
                text.push(match digit <= three.len() {
                    true => DIGITS[(bits >> (18 - 6 * digit) & 63) as usize],
                    false => b'=',
                });
            }
        }
        text.extend(format!("\n-----END {kind}-----\n").bytes());
        text
    }

    fn pkcs1(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        let numbers = [modulus, exponent].map(|bytes| UintRef::new(bytes).unwrap());
        numbers.to_vec().to_der().unwrap()
    }

    fn pkcs8(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        let info = SubjectPublicKeyInfoOwned {
            algorithm: AlgorithmIdentifierOwned {
                oid: ObjectIdentifier::new("1.2.840.113549.1.1.1").unwrap(),
                parameters: None,
            },
            subject_public_key: BitString::from_bytes(&pkcs1(modulus, exponent)).unwrap(),
        };
        info.to_der().unwrap()
    }

    #[test]
    fn keys_as_servers_have_them_are_sound_and_are_computed_with() {
        for length in [128, 256, 2048] {
            let modulus = vec![0xc5; length];
            for key in [
                pem("PUBLIC KEY", &pkcs8(&modulus, &[1, 0, 1])),
                pem("RSA PUBLIC KEY", &pkcs1(&modulus, &[3])),
            ] {
                assert!(is_sound(&key), "{length}");
                assert_eq!(crypto::encrypt(b"secret\0", &key).unwrap().len(), length);
            }
        }
    }

    #[test]
    fn keys_that_break_off_or_have_no_measure_are_not() {
        let whole = pkcs8(&[0xc5; 256], &[1, 0, 1]);
        for length in 0..whole.len() {
            assert!(!is_sound(&pem("PUBLIC KEY", &whole[..length])), "{length}");
        }
        for (modulus, exponent) in [
            (&[0][..], &[3][..]),
            (&[0xc5; 41], &[3]),
            (&[0xc5; 127], &[3]),
            (&[0xc5; 2049], &[3]),
            (&[0xc5; 16 << 10], &[0xc5; 16 << 10]),
            (&[0xc5; 256], &[0xc5; 9]),
        ] {
            let key = pem("PUBLIC KEY", &pkcs8(modulus, exponent));
            assert!(!is_sound(&key), "{} {}", modulus.len(), exponent.len());
            let key = pem("RSA PUBLIC KEY", &pkcs1(modulus, exponent));
            assert!(!is_sound(&key), "{} {}", modulus.len(), exponent.len());
        }
        for text in [
            &b""[..],
            b"-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----",
        ] {
            assert!(!is_sound(text), "{text:?}");
        }
    }
}
