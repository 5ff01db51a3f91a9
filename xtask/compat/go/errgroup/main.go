// errgroup and the other parts of x/sync: work in parallel with a limit, the
// first error, cancelled contexts, weights, and calls that are shared.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
)

func main() {
	for _, step := range []func() error{results, limited, failing, weighted, shared} {
		if err := step(); err != nil {
			log.Fatal(err)
		}
	}
}

func results() error {
	squares := make([]int, 100)
	var group errgroup.Group
	for i := range squares {
		group.Go(func() error {
			squares[i] = i * i
			return nil
		})
	}
	err := group.Wait()
	sum := 0
	for _, square := range squares {
		sum += square
	}
	fmt.Println("sum:", sum)
	return err
}

func limited() error {
	var group errgroup.Group
	var running, most atomic.Int32
	group.SetLimit(4)
	began := time.Now()
	for range 12 {
		group.Go(func() error {
			now := running.Add(1)
			for {
				seen := most.Load()
				if now <= seen || most.CompareAndSwap(seen, now) {
					break
				}
			}
			time.Sleep(50 * time.Millisecond)
			running.Add(-1)
			return nil
		})
	}
	err := group.Wait()
	took := time.Since(began)
	fmt.Println("most:", most.Load(), "in turns:", took >= 150*time.Millisecond, "not one by one:", took < 600*time.Millisecond)
	group.SetLimit(1)
	release := make(chan struct{})
	fmt.Println("tried:", group.TryGo(func() error { <-release; return nil }), group.TryGo(func() error { return nil }))
	close(release)
	return errors.Join(err, group.Wait())
}

// The first error ends the others.
func failing() error {
	group, ctx := errgroup.WithContext(context.Background())
	var ended atomic.Int32
	for range 5 {
		group.Go(func() error {
			select {
			case <-ctx.Done():
				ended.Add(1)
				return ctx.Err()
			case <-time.After(20 * time.Second):
				return errors.New("nobody said stop")
			}
		})
	}
	group.Go(func() error {
		time.Sleep(20 * time.Millisecond)
		return errors.New("the first")
	})
	err := group.Wait()
	fmt.Println("failed:", err, "ended:", ended.Load(), context.Cause(ctx))
	return nil
}

func weighted() error {
	ctx := context.Background()
	tickets := semaphore.NewWeighted(10)
	if err := tickets.Acquire(ctx, 8); err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancel()
	fmt.Println("tried:", tickets.TryAcquire(3), tickets.TryAcquire(2), tickets.Acquire(short, 1))
	tickets.Release(10)
	return tickets.Acquire(ctx, 10)
}

func shared() error {
	var calls singleflight.Group
	var worked atomic.Int32
	var group errgroup.Group
	for range 20 {
		group.Go(func() error {
			value, err, _ := calls.Do("key", func() (any, error) {
				worked.Add(1)
				time.Sleep(50 * time.Millisecond)
				return "value", nil
			})
			if value != "value" {
				return fmt.Errorf("%v", value)
			}
			return err
		})
	}
	err := group.Wait()
	fmt.Println("worked:", worked.Load())
	return err
}
