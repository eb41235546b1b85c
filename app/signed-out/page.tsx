import type { Metadata } from "next";
import { Notice } from "../notice.tsx";

export const metadata: Metadata = { title: "Open the owner address" };

/** For a browser without a session. */
export default function SignedOut() {
	return (
		<Notice title="Open the owner address first">
			<p>
				This Faultline belongs to whoever started it. <code>npm start</code> printed an address that lets one browser in, once.
			</p>
			<p>No longer to be found, or already used? Start it once more: a new one is printed, and nothing is disturbed.</p>
		</Notice>
	);
}
