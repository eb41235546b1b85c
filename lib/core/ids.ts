import { customAlphabet } from "nanoid";

// Lower case and digits only: ids become Docker names, host names and DNS labels.
const letters = "abcdefghijklmnopqrstuvwxyz";
const first = customAlphabet(letters, 1);
const rest = customAlphabet(`${letters}0123456789`, 7);
const secret = customAlphabet(`${letters}${letters.toUpperCase()}0123456789`, 43);

/** A new id, 8 characters, valid as a DNS label: 26 × 36^7 ≈ 2 × 10^12 values. */
export function newId(): string {
	return first() + rest();
}

/** A new secret of 256 bits (43 characters of 62) for tokens and tickets. */
export function newSecret(): string {
	return secret();
}
