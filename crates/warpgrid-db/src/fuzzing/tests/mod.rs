mod corpus;
mod exchanges;
mod return_or_kill;
