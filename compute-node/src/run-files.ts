// What a finished run leaves in its folder, by name.
export const OUTPUT_FILE = "output.bin";
export const RESULT_FILE = "result.json";
