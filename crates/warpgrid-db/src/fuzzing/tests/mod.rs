mod corpus;
mod return_or_kill;
