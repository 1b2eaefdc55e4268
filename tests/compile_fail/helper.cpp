static_assert(false, "the words a user reads");
