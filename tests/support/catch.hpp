// Catch2 2.13 (Debian 12) and 3 (Ubuntu 24.04, Debian 13) under one include. Use only what both have.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
