/* The non-blocking API over poll(), and connections that are lost. */

#include "checks.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

/* Waits for what the connector waits for, and says what came. */
static int await(MYSQL *mysql, int status)
{
	struct pollfd socket = {.fd = mysql_get_socket(mysql)};
	int timeout = -1, ready, came = 0;

	if (status & MYSQL_WAIT_READ)
		socket.events |= POLLIN;
	if (status & MYSQL_WAIT_WRITE)
		socket.events |= POLLOUT;
	if (status & MYSQL_WAIT_TIMEOUT)
		timeout = (int) mysql_get_timeout_value_ms(mysql);
	do
		ready = poll(&socket, 1, timeout);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return MYSQL_WAIT_TIMEOUT;
	if (socket.revents & (POLLIN | POLLHUP | POLLERR))
		came |= MYSQL_WAIT_READ;
	if (socket.revents & POLLOUT)
		came |= MYSQL_WAIT_WRITE;
	return came;
}

void check_nonblocking(MYSQL *unused)
{
	MYSQL handle, *mysql;
	MYSQL_RES *result;
	MYSQL_ROW row;
	int status, failed;

	(void) unused;
	mysql_init(&handle);
	if (mysql_options(&handle, MYSQL_OPT_NONBLOCK, 0))
		fail(&handle, "MYSQL_OPT_NONBLOCK");
	status = mysql_real_connect_start(&mysql, &handle, host, user, password, database, port,
									  NULL, 0);
	while (status)
		status = mysql_real_connect_cont(&mysql, &handle, await(&handle, status));
	if (!mysql)
		fail(&handle, "mysql_real_connect_start");

	status = mysql_query_start(&failed, mysql, "SELECT SLEEP(0.2), REPEAT('x', 3000000)");
	while (status)
		status = mysql_query_cont(&failed, mysql, await(mysql, status));
	if (failed)
		fail(mysql, "mysql_query_start");
	status = mysql_store_result_start(&result, mysql);
	while (status)
		status = mysql_store_result_cont(&result, mysql, await(mysql, status));
	if (!result)
		fail(mysql, "mysql_store_result_start");
	status = mysql_fetch_row_start(&row, result);
	while (status)
		status = mysql_fetch_row_cont(&row, result, await(mysql, status));
	printf("slept %s, and a value of %lu bytes\n", row[0], mysql_fetch_lengths(result)[1]);
	mysql_free_result(result);

	status = mysql_query_start(&failed, mysql, "SELEKT");
	while (status)
		status = mysql_query_cont(&failed, mysql, await(mysql, status));
	printf("refused: %d, %u\n", failed != 0, mysql_errno(mysql));
	show(mysql, "a blocking call on the same session", "SELECT 'yes'");

	status = mysql_close_start(mysql);
	while (status)
		status = mysql_close_cont(mysql, await(mysql, status));
}

static void kill_session(MYSQL *killer, MYSQL *victim)
{
	MYSQL_RES *result;
	char sql[64];

	run(victim, "SELECT CONNECTION_ID()");
	result = mysql_store_result(victim);
	if (!result)
		fail(victim, "CONNECTION_ID()");
	snprintf(sql, sizeof sql, "KILL CONNECTION %s", mysql_fetch_row(result)[0]);
	mysql_free_result(result);
	run(killer, sql);
}

void check_reconnect(MYSQL *mysql)
{
	MYSQL *victim = connected();
	my_bool reconnect = 1;

	run(victim, "SET @mine = 42");
	kill_session(mysql, victim);
	printf("no answer: %d", mysql_query(victim, "SELECT 1") != 0);
	/* The server's last word, or none at all. */
	printf(", lost: %d\n", mysql_errno(victim) == 2006 || mysql_errno(victim) == 2013 ||
							   mysql_errno(victim) == 1927);
	mysql_close(victim);

	victim = mysql_init(NULL);
	if (!victim || mysql_options(victim, MYSQL_OPT_RECONNECT, &reconnect) ||
		!mysql_real_connect(victim, host, user, password, database, port, NULL, 0))
		fail(victim, "connecting");
	run(victim, "SET @mine = 42");
	kill_session(mysql, victim);
	/* By itself the connector connects again where it finds out. */
	printf("connected again: %d\n", mysql_ping(victim) == 0 || mysql_ping(victim) == 0);
	show(victim, "a new session", "SELECT @mine, DATABASE()");
	mysql_close(victim);
}
