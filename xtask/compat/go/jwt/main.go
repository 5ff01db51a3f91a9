// golang-jwt: tokens signed and verified by every kind of key, claims of our
// own, and every way in which a token can be wrong.
package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const rsaKey = `-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEAhXqI6BgJhfYNw0u1iAOA82mIBTaECaqPZxC6YukU/UW7yY9n
lg/yVt/fEQNbMzz/aO95k3Q5WUQ20aNRsa3+VkgPHKfzgSw4JZO+fSv0MjRc4VqI
7pDDzVW/hOHR0v007QWRzrys904OtMImdDLyygyK2r5QVZZTOS9tcRmfo8xiJn5v
r1M/luooq2BRU+0HDLduwcPuDAxFvoPjOrLUnVWLb6QAyCNujppaNnyYIGne6PiP
ZLylNN+AoBZ0FpxdF5nnmEt2Lvm5YtWZLcYunzTPZHELL8haPSRKks1VXbWnyM63
iDjRvJIAa0ngeSr9RtCFSlaTDkkPzYFSXMJF1wIDAQABAoIBABu+7+yG6pvdHNlG
yJJgYBK5Ehw7S9ESkkKTWJss5j8LmtB4LckkwXRLjvvjXbbV7CWs+fGrzCwBIQAM
2fN8Po1C51lGlDh6r6UoBAXS+Czjc5cokaQ9lWX+eBQwOMSJ+9F1QezejXnO0QHE
BehLmupjFw4HV32jBOOzNyW2dNfAXKDagoxlXNKJh2tqg9fNL/G8kzJkCFzyo8Yg
i8cC45DJflRb3Wbh2j+d7hqqXrO1utZcEEsFJYLw557zXlF3etru8eSEp87BcyMf
GdBzLRmanCDDAEX0C7vXbiOKQmDsGVvaJ+9jJ0+W10yIsxbi2Sert+L+U5OyX0Q7
MLijGLkCgYEAuSD0hWMLCK9vG65ykOyOTImSXooelKCUsGbvLcoRASbVQgFm1rsB
iqtqfTPUBr7/cEHZHkCE/lrEJx2grudb8NCQadaUbo2oq27agx+7kVRK8b2d4g/t
BBORxeJo4fCKpfmtKgQyfyDC7E/5KEzi+8KHqUUQEvDVh+aq3a49BvsCgYEAuJPA
iQidWxSJY8AjfbmG6PxXgGxtd55WGgj4EAF3Zvcl+LQ8Co+i5KFbKi1JvOHGKcxV
FIPvLkhQB/mUxYajF6aFjsEo4gUnACYwGVBzoZTO4ssqaPrLIAtVVS8d0HEzAc9d
nX9Oadvd+4UhtaTU3jwgbYyg2/f7Q60jckxktdUCgYEAri4Ight+vSw6cKQAXMSE
2hQx58syHIq9ev9OGBnfR+MekNy6wlvuhmbjaWtDGRnJQfhibGkt+Ba0KU1h6k35
nijNRxdCToXv5WQGKYrIsmLJpIrQKmrriINVCwcLwVDNUn4IY9jRHfVYEHjqJvW4
NkF/3E4DYp6/eP8ZUjtmZdMCgYBD3oBzYumJbhm+xg3G0wtabD84h6YQz/XVCOs9
52wiPkqGEq/pKju5WeONtK1ieJpHEE1Qh9rQ5+IVrJ4Zq5IYxjBh94Cy6zYWBfS1
ujFqfq88EXx8sYszMzejZPnPhXA+ACPqH7+TiTcsnx1wDzX+qZk67vTPLXYEwotA
Ifr+KQKBgDzOtzdqG30Td2mKCK3nU77jz5+n9FN0LMl67+zlJDI3XpddfkqCBLjw
U/EXmDMBmnuMffomhFYpvUNuAYwo77N54lgLa+8fXffR/WsLXrs0Q4Ozv8sd0ahU
Q+C6FCrBXmyP8ehbCtn5PPFr7+JazMuC+a92EyZtwOTEnYxMSj+f
-----END RSA PRIVATE KEY-----
`

type claims struct {
	Roles []string `json:"roles"`
	jwt.RegisteredClaims
}

var now = time.Date(2026, 7, 8, 9, 10, 11, 0, time.UTC)

func main() {
	signer := ed25519.NewKeyFromSeed([]byte(strings.Repeat("seed", 8)))
	private, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(rsaKey))
	if err != nil {
		log.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	secret := []byte("a secret of thirty-two bytes ...")
	for _, kind := range []struct {
		method          jwt.SigningMethod
		private, public any
		same            bool
	}{
		{jwt.SigningMethodHS256, secret, secret, true},
		{jwt.SigningMethodHS512, secret, secret, true},
		{jwt.SigningMethodRS256, private, &private.PublicKey, true},
		{jwt.SigningMethodPS256, private, &private.PublicKey, false},
		{jwt.SigningMethodES256, curve, &curve.PublicKey, false},
		{jwt.SigningMethodEdDSA, signer, signer.Public(), true},
	} {
		token, err := sign(kind.method, kind.private, time.Hour)
		if err != nil {
			log.Fatal(err)
		}
		// Where a signature is a different one each time, only the rest is shown.
		shown := token
		if !kind.same {
			shown = token[:strings.LastIndexByte(token, '.')]
		}
		fmt.Println(kind.method.Alg(), shown)
		check(token, kind.method, kind.public)
		check(spoilt(token), kind.method, kind.public)
	}
	late, err := sign(jwt.SigningMethodHS256, secret, -time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	check(late, jwt.SigningMethodHS256, secret)
	check(late, jwt.SigningMethodES256, &curve.PublicKey)
	check("no.token", jwt.SigningMethodHS256, secret)
	none, err := sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	check(none, jwt.SigningMethodHS256, secret)
}

func sign(method jwt.SigningMethod, key any, until time.Duration) (string, error) {
	token := jwt.NewWithClaims(method, claims{
		Roles: []string{"reader", "writer"},
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: "compat", Subject: "ada", Audience: jwt.ClaimStrings{"api"}, ID: "1",
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(until)),
		},
	})
	token.Header["kid"] = "one"
	return token.SignedString(key)
}

// spoilt changes the first character of the signature.
func spoilt(token string) string {
	at := strings.LastIndexByte(token, '.') + 1
	other := "A"
	if token[at] == 'A' {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}

func check(token string, method jwt.SigningMethod, key any) {
	var found claims
	parsed, err := jwt.ParseWithClaims(token, &found, func(token *jwt.Token) (any, error) {
		if token.Header["kid"] != "one" {
			return nil, errors.New("unknown key")
		}
		return key, nil
	}, jwt.WithValidMethods([]string{method.Alg()}), jwt.WithAudience("api"), jwt.WithIssuer("compat"),
		jwt.WithTimeFunc(func() time.Time { return now }))
	switch {
	case err == nil:
		fmt.Println("valid:", parsed.Valid, found.Subject, found.Roles, found.ExpiresAt.UTC())
	case errors.Is(err, jwt.ErrTokenExpired):
		fmt.Println("expired:", err)
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		fmt.Println("wrong signature:", err)
	default:
		fmt.Println("wrong:", err)
	}
}
