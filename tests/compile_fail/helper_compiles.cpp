static_assert(true, "the words a user reads");
