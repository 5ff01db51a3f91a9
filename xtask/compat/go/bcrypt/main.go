// x/crypto: passwords by bcrypt, argon2 and scrypt, derived keys, sealed boxes
// and signatures.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/hkdf"
	"golang.org/x/crypto/nacl/box"
	"golang.org/x/crypto/scrypt"
)

func main() {
	for _, step := range []func() error{passwords, derived, sealed} {
		if err := step(); err != nil {
			log.Fatal(err)
		}
	}
}

func passwords() error {
	// From the test vectors of OpenBSD's implementation.
	known := []byte("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
	fmt.Println("known:", bcrypt.CompareHashAndPassword(known, []byte("U*U")))
	fmt.Println("known:", bcrypt.CompareHashAndPassword(known, []byte("U*V")))
	hash, err := bcrypt.GenerateFromPassword([]byte("correct horse"), 6)
	if err != nil {
		return err
	}
	cost, err := bcrypt.Cost(hash)
	if err != nil {
		return err
	}
	fmt.Println(len(hash), string(hash[:7]), cost, bcrypt.CompareHashAndPassword(hash, []byte("correct horse")))
	err = bcrypt.CompareHashAndPassword(hash, []byte("battery staple"))
	fmt.Println("mismatch:", errors.Is(err, bcrypt.ErrMismatchedHashAndPassword))
	_, err = bcrypt.GenerateFromPassword([]byte(strings.Repeat("x", 73)), bcrypt.MinCost)
	fmt.Println("too long:", errors.Is(err, bcrypt.ErrPasswordTooLong))
	fmt.Println(bcrypt.CompareHashAndPassword([]byte("$2a$99$x"), nil))
	return nil
}

func derived() error {
	salt := []byte("sixteen bytes ..")
	fmt.Printf("argon2  %x\n", argon2.IDKey([]byte("password"), salt, 1, 256, 2, 16))
	key, err := scrypt.Key([]byte("password"), salt, 1<<8, 8, 1, 16)
	if err != nil {
		return err
	}
	fmt.Printf("scrypt  %x\n", key)
	expanded := make([]byte, 16)
	if _, err := io.ReadFull(hkdf.New(sha256.New, []byte("secret"), salt, []byte("for tests")), expanded); err != nil {
		return err
	}
	fmt.Printf("hkdf    %x\n", expanded)
	digest := blake2b.Sum256([]byte("abc"))
	fmt.Printf("blake2b %x\n", digest)
	return nil
}

func sealed() error {
	cipher, err := chacha20poly1305.NewX(bytes.Repeat([]byte{7}, chacha20poly1305.KeySize))
	if err != nil {
		return err
	}
	nonce := make([]byte, cipher.NonceSize())
	sealed := cipher.Seal(nil, nonce, []byte("a message"), []byte("header"))
	fmt.Printf("sealed  %x\n", sealed)
	opened, err := cipher.Open(nil, nonce, sealed, []byte("header"))
	fmt.Println(string(opened), err)
	sealed[0] ^= 1
	_, err = cipher.Open(nil, nonce, sealed, []byte("header"))
	fmt.Println("changed:", err)

	public, private, err := box.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	letter, err := box.SealAnonymous(nil, []byte("a letter"), public, rand.Reader)
	if err != nil {
		return err
	}
	read, ok := box.OpenAnonymous(nil, letter, public, private)
	fmt.Println(len(letter), string(read), ok)
	return nil
}
