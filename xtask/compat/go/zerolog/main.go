// zerolog: fields of many types, levels, contexts, hooks, sampling, errors and
// the writer for people.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/rs/zerolog"
)

type account struct {
	Name  string
	Cents int
}

// MarshalZerologObject writes the account's fields.
func (a account) MarshalZerologObject(e *zerolog.Event) {
	e.Str("name", a.Name).Int("cents", a.Cents)
}

func main() {
	zerolog.TimestampFunc = func() time.Time { return time.Date(2026, 7, 8, 9, 10, 11, 0, time.UTC) }
	logger := zerolog.New(os.Stdout).With().Timestamp().Str("service", "api").Logger()
	logger.Info().
		Int("n", 42).Float64("ratio", 1.0/3).Bool("ok", true).Dur("took", 1500*time.Millisecond).
		Bytes("raw", []byte("a\"b\n\x01")).Hex("hex", []byte{0xde, 0xad}).IPAddr("from", net.IPv4(192, 0, 2, 7)).
		Strs("tags", []string{"a", "b"}).Interface("any", map[string]any{"k": []int{1, 2}}).
		Object("account", account{"Ada", 1200}).
		Dict("nested", zerolog.Dict().Str("deep", "er").Uint64("big", 1<<63)).
		Msg("everything")
	logger.Error().Err(errors.Join(errors.New("first"), errors.New("second"))).Msgf("%d failed", 2)
	logger.Debug().Stringer("at", net.IPv6loopback).Send()

	quiet := logger.Level(zerolog.WarnLevel)
	quiet.Info().Msg("is not written")
	quiet.Warn().Msg("is written")

	hooked := logger.Hook(zerolog.HookFunc(func(e *zerolog.Event, level zerolog.Level, message string) {
		e.Int("length", len(message)).Str("upper", level.String())
	}))
	hooked.Info().Msg("hooked")

	sampled := logger.Sample(&zerolog.BasicSampler{N: 3})
	for n := range 7 {
		sampled.Info().Int("n", n).Msg("sampled")
	}

	ctx := logger.With().Str("request", "r-1").Logger().WithContext(context.Background())
	zerolog.Ctx(ctx).Info().Msg("from the context")

	people := zerolog.New(zerolog.ConsoleWriter{Out: os.Stdout, NoColor: true, TimeFormat: time.Kitchen, TimeLocation: time.UTC})
	people.Warn().Timestamp().Str("who", "reader").Int("n", 1).Msg("for people")

	level, err := zerolog.ParseLevel("nonsense")
	fmt.Println(level, err)
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		logger.Panic().Msg("on purpose")
	}()
}
