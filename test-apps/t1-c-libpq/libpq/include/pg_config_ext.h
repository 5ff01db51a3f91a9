/* The part of pg_config.h that programs see through postgres_ext.h. */
#define PG_INT64_TYPE long long int
