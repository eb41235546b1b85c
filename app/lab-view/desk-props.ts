import type { ReactNode } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import type { LabActions } from "./use-actions.ts";
import type { Question } from "./use-questions.tsx";

export interface DeskProps {
	lab: Lab;
	now: number;
	actions: LabActions;
	askFirst: (question: Question) => void;
	/** Instead of the terminal: the stages of a lab that is not ready, or its failure. */
	instead: ReactNode;
	/** False while another page of the lab covers the desk. */
	visible: boolean;
	/** One sheet at a time: there is no room for ticket and terminal beside each other. */
	narrow: boolean;
	/** The terminal puts its output where screen readers find it. */
	screenReader: boolean;
	solo: boolean;
	onSolo: (solo: boolean) => void;
	/** At everything that is typed into a terminal. */
	onType: () => void;
}
