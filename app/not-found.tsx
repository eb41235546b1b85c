import type { Metadata } from "next";
import Link from "next/link";
import { buttonClass } from "#lib/ui/button.tsx";
import { Notice } from "./notice.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
	return (
		<Notice
			title="Nothing is at this address"
			actions={
				<Link href="/" className={buttonClass({ tone: "primary" })}>
					Go to the catalogue
				</Link>
			}
		>
			<p>If it was a lab: it has ended, and what it ran on has been removed. What you solved is still counted in the catalogue.</p>
		</Notice>
	);
}
