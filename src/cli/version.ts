/** The version of this program; the one in deno.json. */
export const version = "0.1.0";
