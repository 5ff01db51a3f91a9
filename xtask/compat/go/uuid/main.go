// uuid: names, random and ordered identifiers, parsing, and what they are to
// JSON and to databases.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"strings"

	"github.com/google/uuid"
)

func main() {
	for _, name := range []string{"https://example.com/a", ""} {
		fmt.Println(uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)), uuid.NewMD5(uuid.NameSpaceDNS, []byte(name)))
	}
	seen := map[uuid.UUID]bool{}
	for range 10_000 {
		seen[uuid.New()] = true
	}
	random := uuid.Must(uuid.NewRandom())
	fmt.Println(len(seen), random.Version(), random.Variant())

	last := ""
	for range 1000 {
		id, err := uuid.NewV7()
		if err != nil {
			log.Fatal(err)
		}
		if id.String() <= last {
			log.Fatal(id, " does not follow ", last)
		}
		last = id.String()
	}
	fmt.Println("ordered:", len(last), uuid.MustParse(last).Version())
	if clock, err := uuid.NewUUID(); err != nil || clock.Version() != 1 {
		log.Fatal(clock, err)
	}

	for _, text := range []string{
		"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
		"urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b8109dad11d180b400c04fd430c8",
		"6ba7b810-9dad-11d1-80b4-00c04fd430cx", "short",
	} {
		id, err := uuid.Parse(text)
		fmt.Println(id, err)
	}
	id := uuid.MustParse("6BA7B810-9DAD-11D1-80B4-00C04FD430C8")
	seconds, nanoseconds := id.Time().UnixTime()
	fmt.Println(id.Version(), id.ClockSequence(), seconds, nanoseconds, id.URN())

	text, err := json.Marshal(map[string]any{"id": id, "none": uuid.NullUUID{}})
	fmt.Println(string(text), err)
	var read struct{ ID uuid.UUID }
	fmt.Println(json.Unmarshal([]byte(`{"id":"6ba7b811-9dad-11d1-80b4-00c04fd430c8"}`), &read), read.ID)
	fmt.Println(json.Unmarshal([]byte(`{"id":"x"}`), &read))
	var scanned uuid.NullUUID
	fmt.Println(scanned.Scan(id[:]), scanned.UUID, scanned.Valid)

	uuid.SetRand(strings.NewReader(strings.Repeat("0123456789abcdef", 2)))
	fmt.Println(uuid.New(), uuid.New())
}
