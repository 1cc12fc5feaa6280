/** Writes docs/reference/constructs from the jsii assembly. */
