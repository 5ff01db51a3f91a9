#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| warpgrid_host::fuzzing::shims(input));
