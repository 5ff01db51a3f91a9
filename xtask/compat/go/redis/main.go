// go-redis: values that expire, hashes, lists and sorted sets, pipelines,
// transactions that watch a key, scripts, streams, and messages to subscribers.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

func main() {
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		log.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	for _, step := range []func(context.Context, *redis.Client) error{
		values, collections, pipeline, watch, script, stream, subscribe, failures,
	} {
		if err := step(context.Background(), client); err != nil {
			log.Fatal(err)
		}
	}
}

func values(ctx context.Context, client *redis.Client) error {
	if err := client.Set(ctx, "greeting", "hello", time.Hour).Err(); err != nil {
		return err
	}
	greeting, err := client.Get(ctx, "greeting").Result()
	if err != nil {
		return err
	}
	left, err := client.TTL(ctx, "greeting").Result()
	if err != nil {
		return err
	}
	fmt.Println(greeting, left > 50*time.Minute)
	_, err = client.Get(ctx, "nothing").Result()
	fmt.Println("nothing:", errors.Is(err, redis.Nil))
	if err := client.Set(ctx, "short", 1, 50*time.Millisecond).Err(); err != nil {
		return err
	}
	time.Sleep(200 * time.Millisecond)
	exists, err := client.Exists(ctx, "short", "greeting").Result()
	fmt.Println("exist:", exists)
	return err
}

type profile struct {
	Name    string  `redis:"name"`
	Letters int     `redis:"letters"`
	Score   float64 `redis:"score"`
}

func collections(ctx context.Context, client *redis.Client) error {
	if err := client.HSet(ctx, "user:1", profile{"Ada", 3, 1.5}).Err(); err != nil {
		return err
	}
	var found profile
	if err := client.HGetAll(ctx, "user:1").Scan(&found); err != nil {
		return err
	}
	fmt.Printf("%+v\n", found)
	if err := client.RPush(ctx, "queue", "a", "b", "c").Err(); err != nil {
		return err
	}
	popped, err := client.BLPop(ctx, 5*time.Second, "empty", "queue").Result()
	if err != nil {
		return err
	}
	rest, err := client.LRange(ctx, "queue", 0, -1).Result()
	if err != nil {
		return err
	}
	fmt.Println(popped, rest)
	members := []redis.Z{{Score: 3, Member: "three"}, {Score: 1, Member: "one"}, {Score: 2, Member: "two"}}
	if err := client.ZAdd(ctx, "ranks", members...).Err(); err != nil {
		return err
	}
	ranks, err := client.ZRangeByScoreWithScores(ctx, "ranks", &redis.ZRangeBy{Min: "(1", Max: "+inf"}).Result()
	fmt.Println(ranks)
	return err
}

func pipeline(ctx context.Context, client *redis.Client) error {
	results, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for n := range 1000 {
			pipe.IncrBy(ctx, "sum", int64(n))
		}
		return nil
	})
	if err != nil {
		return err
	}
	sum, err := client.Get(ctx, "sum").Int()
	fmt.Println("pipelined:", len(results), sum)
	return err
}

// Of those that change a watched key at once, one after the other succeeds.
func watch(ctx context.Context, client *redis.Client) error {
	const workers = 4
	add := func() error {
		for {
			err := client.Watch(ctx, func(tx *redis.Tx) error {
				value, err := tx.Get(ctx, "watched").Int()
				if err != nil && !errors.Is(err, redis.Nil) {
					return err
				}
				_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
					pipe.Set(ctx, "watched", value+1, 0)
					return nil
				})
				return err
			}, "watched")
			if !errors.Is(err, redis.TxFailedErr) {
				return err
			}
		}
	}
	var group sync.WaitGroup
	failures := make([]error, workers)
	for i := range workers {
		group.Go(func() { failures[i] = add() })
	}
	group.Wait()
	value, err := client.Get(ctx, "watched").Int()
	fmt.Println("watched:", value)
	return errors.Join(append(failures, err)...)
}

func script(ctx context.Context, client *redis.Client) error {
	script := redis.NewScript(`
		local sum = 0
		for i, value in ipairs(ARGV) do sum = sum + tonumber(value) end
		redis.call('SET', KEYS[1], sum)
		return {KEYS[1], sum, 'ok'}`)
	for range 2 {
		result, err := script.Run(ctx, client, []string{"scripted"}, 1, 2, 39).Slice()
		if err != nil {
			return err
		}
		fmt.Println(result...)
	}
	return nil
}

func stream(ctx context.Context, client *redis.Client) error {
	for n := range 3 {
		id, err := client.XAdd(ctx, &redis.XAddArgs{
			Stream: "events", ID: fmt.Sprintf("%d-0", n+1), Values: []any{"n", n},
		}).Result()
		if err != nil {
			return err
		}
		fmt.Println("added:", id)
	}
	if err := client.XGroupCreate(ctx, "events", "readers", "0").Err(); err != nil {
		return err
	}
	read, err := client.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: "readers", Consumer: "one", Streams: []string{"events", ">"}, Count: 2, Block: time.Second,
	}).Result()
	fmt.Println(read)
	return err
}

func subscribe(ctx context.Context, client *redis.Client) error {
	subscription := client.Subscribe(ctx, "news")
	defer subscription.Close()
	if _, err := subscription.Receive(ctx); err != nil {
		return err
	}
	go func() {
		for _, payload := range []string{"first", "second"} {
			if err := client.Publish(ctx, "news", payload).Err(); err != nil {
				log.Print(err)
			}
		}
	}()
	for range 2 {
		select {
		case message := <-subscription.Channel():
			fmt.Println("heard:", message.Channel, message.Payload)
		case <-time.After(20 * time.Second):
			return errors.New("nothing was heard")
		}
	}
	return nil
}

func failures(ctx context.Context, client *redis.Client) error {
	fmt.Println(client.LPush(ctx, "greeting", 1).Err())
	fmt.Println(client.Do(ctx, "NOSUCH").Err())
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	err := client.BLPop(short, 30*time.Second, "empty").Err()
	fmt.Println("late:", errors.Is(err, context.DeadlineExceeded))
	keys, err := client.Keys(ctx, "user:*").Result()
	fmt.Println(keys)
	return err
}
