// zap: typed and loose fields, encoders, levels that change, names, callers,
// sampling, several cores and the bridge to the standard logger.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

type account struct {
	name  string
	cents int
}

// MarshalLogObject writes the account's fields.
func (a account) MarshalLogObject(encoder zapcore.ObjectEncoder) error {
	encoder.AddString("name", a.name)
	encoder.AddInt("cents", a.cents)
	return nil
}

// clock always says the same time.
type clock struct{}

func (clock) Now() time.Time                         { return time.Date(2026, 7, 8, 9, 10, 11, 0, time.UTC) }
func (clock) NewTicker(d time.Duration) *time.Ticker { return time.NewTicker(d) }

func main() {
	level := zap.NewAtomicLevelAt(zap.InfoLevel)
	encoding := zap.NewProductionEncoderConfig()
	encoding.EncodeTime = zapcore.ISO8601TimeEncoder
	out := zapcore.Lock(os.Stdout)
	core := zapcore.NewCore(zapcore.NewJSONEncoder(encoding), out, level)
	logger := zap.New(core, zap.WithClock(clock{}), zap.AddCaller())

	logger.Info("typed", zap.Int("n", 42), zap.Float64("ratio", 1.0/3), zap.Duration("took", 1500*time.Millisecond),
		zap.Strings("tags", []string{"a", "b"}), zap.Binary("raw", []byte{0, 1, 255}), zap.Error(errors.New("why")),
		zap.Object("account", account{"Ada", 1200}), zap.Any("any", map[string]int{"k": 1}),
		zap.Namespace("inner"), zap.String("deep", "er"))
	logger.Debug("is not written")
	level.SetLevel(zap.DebugLevel)
	logger.Named("db").With(zap.String("request", "r-1")).Debug("is written")

	sugar := logger.Sugar().Named("sugar")
	sugar.Infow("loose", "n", 1, "list", []string{"x"})
	sugar.Warnf("%s of %d", "one", 3)
	sugar.Errorw("odd", "key without value")

	text := zapcore.NewCore(zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig()), out, zap.WarnLevel)
	both := zap.New(zapcore.NewTee(core, text), zap.WithClock(clock{}), zap.Fields(zap.Int("pid", 7)))
	both.Info("to one")
	both.Warn("to both")

	sampled := zap.New(zapcore.NewSamplerWithOptions(core, time.Hour, 2, 3), zap.WithClock(clock{}))
	for n := range 8 {
		sampled.Info("sampled", zap.Int("n", n))
	}

	undo := zap.RedirectStdLog(logger)
	log.Print("by the standard logger")
	undo()

	var parsed zapcore.Level
	fmt.Println(parsed.UnmarshalText([]byte("nonsense")), zap.NewNop().Core().Enabled(zap.ErrorLevel))
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		logger.Panic("on purpose")
	}()
}
