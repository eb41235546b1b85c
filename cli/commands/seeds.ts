import { InvalidArgumentError } from "commander";

/** A seed as typed. */
export function seedNumber(text: string): number {
	if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new InvalidArgumentError("a seed is a whole number from 1 on");
	return Number(text);
}

/** `1,3` */
export function seedList(text: string): number[] {
	return text.split(",").map((part) => seedNumber(part.trim()));
}
