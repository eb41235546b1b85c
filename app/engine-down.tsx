"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState, useTransition } from "react";
import { Button } from "#lib/ui/button.tsx";
import { Notice } from "./notice.tsx";

/** How often the page looks by itself whether the engine is back. */
const everyMs = 3000;

/** The engine does not answer: the page says so and looks again by itself. */
export function EngineDown() {
	const router = useRouter();
	const [looking, startLooking] = useTransition();
	const [asked, setAsked] = useState(false);
	useEffect(() => {
		const timer = setInterval(() => startLooking(() => router.refresh()), everyMs);
		return () => clearInterval(timer);
	}, [router]);
	return (
		<Notice
			title="The engine does not answer"
			actions={
				<Button
					tone="primary"
					disabled={asked && looking}
					onClick={() => {
						setAsked(true);
						startLooking(() => router.refresh());
					}}
				>
					{asked && looking ? "Looking" : "Look again"}
				</Button>
			}
		>
			<p>It is starting, or it has stopped. Labs and their shells run beside it and are still there; so is your progress.</p>
			<p>
				This page looks again every three seconds. If it stays like this, run <code>npm start</code>.
			</p>
		</Notice>
	);
}
