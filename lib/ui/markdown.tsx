import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { cn } from "./cn.ts";

/** Authored text. Raw HTML is dropped, links open beside the lab. */
export function Markdown({ children, className }: { children: string; className?: string }) {
	return (
		<div className={cn("prose", className)}>
			<ReactMarkdown
				remarkPlugins={[remarkGfm]}
				rehypePlugins={[rehypeSanitize]}
				components={{
					a: ({ href, children: text }) => (
						<a href={href} target="_blank" rel="noreferrer noopener">
							{text}
						</a>
					),
					// A scrolling block has to be reachable by keyboard.
					pre: ({ children: code }) => (
						// biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways
						<pre tabIndex={0}>{code}</pre>
					),
				}}
			>
				{children}
			</ReactMarkdown>
		</div>
	);
}
