"use client";

/** Where even the frame of the page failed; it stands alone, without style sheet or theme. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
	return (
		<html lang="en">
			<body
				style={{
					colorScheme: "light dark",
					fontFamily: "system-ui, sans-serif",
					maxWidth: "34rem",
					margin: "20vh auto",
					padding: "0 1.5rem",
				}}
			>
				<title>Faultline</title>
				<h1 style={{ fontSize: "1.3rem" }}>This page failed</h1>
				<p>Only the page: your labs, their shells and their progress are kept by the engine, and go on.</p>
				<button type="button" onClick={() => retry()}>
					Show it again
				</button>
			</body>
		</html>
	);
}
