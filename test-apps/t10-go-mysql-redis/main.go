// A program that asks MySQL by database/sql and Redis by go-redis, and says what
// they answered.
package main

import (
	"context"
	"log"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := askMySQL(ctx); err != nil {
		log.Fatal("MySQL: ", err)
	}
	if err := askRedis(ctx); err != nil {
		log.Fatal("Redis: ", err)
	}
}
