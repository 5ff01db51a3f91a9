/** The commands that have a method of their own in Bun's client. */
export const COMMANDS = `
  append bitcount bitfield bitop bitpos blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client command config copy
  dbsize debug decr decrby del dump echo eval evalsha exists expire expireat expiretime fcall flushall flushdb function geoadd
  geodist geohash geopos geosearch geosearchstore get getbit getdel getex getrange getset hdel hexists hexpire hexpireat
  hexpiretime hget hgetall hgetdel hgetex hincrby hincrbyfloat hkeys hlen hmget hmset hpersist hpexpire hpexpireat hpexpiretime
  hpttl hrandfield hscan hset hsetex hsetnx hstrlen httl hvals incr incrby incrbyfloat info keys lastsave lcs lindex linsert llen
  lmove lmpop lpop lpos lpush lpushx lrange lrem lset ltrim mget mset msetnx object persist pexpire pexpireat pexpiretime pfadd
  pfcount pfmerge ping psetex pttl publish pubsub randomkey rename renamenx rpop rpoplpush rpush rpushx sadd scan scard sdiff
  sdiffstore select set setbit setex setnx setrange sinter sintercard sinterstore sismember smembers smismember smove sort spop
  spublish srandmember srem sscan strlen substr sunion sunionstore time touch ttl type unlink wait xack xadd xautoclaim xclaim
  xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim zadd zcard zcount zdiff zdiffstore zincrby
  zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore
  zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore
  zunion zunionstore
`.split(/\s+/).filter(Boolean);
