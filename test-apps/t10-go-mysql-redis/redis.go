package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

func askRedis(ctx context.Context) error {
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		return err
	}
	options.PoolSize = 4
	client := redis.NewClient(options)
	defer client.Close()
	if err := client.FlushDB(ctx).Err(); err != nil {
		return err
	}
	for _, part := range []func(context.Context, *redis.Client) error{
		values, pipelines, changes, queue, news, waits,
	} {
		if err := part(ctx, client); err != nil {
			return err
		}
	}
	return nil
}

func values(ctx context.Context, client *redis.Client) error {
	if err := client.Set(ctx, "greeting", "hello", time.Minute).Err(); err != nil {
		return err
	}
	text, err := client.Get(ctx, "greeting").Result()
	fmt.Println("value:", text, err)
	_, err = client.Get(ctx, "nothing").Result()
	fmt.Println("nothing:", errors.Is(err, redis.Nil))
	err = client.Incr(ctx, "greeting").Err()
	fmt.Println("no number:", err)
	long := strings.Repeat("x", 3_000_000)
	if err := client.Set(ctx, "long", long, 0).Err(); err != nil {
		return err
	}
	back, err := client.Get(ctx, "long").Result()
	fmt.Println("long:", back == long, err)
	added, err := client.HSet(ctx, "user", "name", "Ada", "letters", 3).Result()
	fields, err2 := client.HGetAll(ctx, "user").Result()
	fmt.Println("fields:", added, fields, errors.Join(err, err2))
	return nil
}

func pipelines(ctx context.Context, client *redis.Client) error {
	answers, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for range 100 {
			pipe.Incr(ctx, "count")
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Println("pipeline:", len(answers), answers[99].(*redis.IntCmd).Val())
	return nil
}

func changes(ctx context.Context, client *redis.Client) error {
	err := client.Watch(ctx, func(tx *redis.Tx) error {
		_, err := tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			return pipe.IncrBy(ctx, "count", 10).Err()
		})
		return err
	}, "count")
	if err != nil {
		return err
	}
	count, err := client.Get(ctx, "count").Int()
	fmt.Println("changed:", count, err)
	script := redis.NewScript("return redis.call('GET', KEYS[1]) * ARGV[1]")
	product, err := script.Run(ctx, client, []string{"count"}, 2).Int()
	fmt.Println("script:", product, err)
	return nil
}

// queue waits on one connection for what another sends.
func queue(ctx context.Context, client *redis.Client) error {
	sent := make(chan error, 1)
	go func() {
		time.Sleep(50 * time.Millisecond)
		sent <- client.LPush(ctx, "queue", "work").Err()
	}()
	got, err := client.BRPop(ctx, 10*time.Second, "queue").Result()
	fmt.Println("queue:", got, errors.Join(err, <-sent))
	return nil
}

func news(ctx context.Context, client *redis.Client) error {
	subscription := client.Subscribe(ctx, "news")
	defer subscription.Close()
	if _, err := subscription.Receive(ctx); err != nil {
		return err
	}
	heard, err := client.Publish(ctx, "news", "something").Result()
	if err != nil {
		return err
	}
	message := <-subscription.Channel()
	fmt.Println("news:", heard, message.Payload)
	return nil
}

func waits(ctx context.Context, client *redis.Client) error {
	soon, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	err := client.BLPop(soon, 10*time.Second, "never").Err()
	fmt.Println("given up:", err != nil)
	return client.Ping(ctx).Err()
}
