/** Who asks: the owner, by a session; or nobody, without one. */
export const roles = ["owner", "nobody"] as const;
export type Role = (typeof roles)[number];

const owner = { owner: true, nobody: false } as const;
const everyone = { owner: true, nobody: true } as const;

/**
 * Who may do what: the one table. Everything that a browser can ask of Faultline has a row here; what has none can't be
 * asked, because routes name a row to exist.
 */
export const authorisation = {
	/** Spend a one-time token for a session: the token itself is the proof. */
	"auth.redeem": everyone,
	/** Style sheets, scripts and fonts: the same for everybody, nothing of a lab in them. */
	"asset.read": everyone,
	/** The page that says how to get a session. */
	"page.signed-out": everyone,
	"page.read": owner,
	"scenario.list": owner,
	"lab.start": owner,
	"lab.list": owner,
	"lab.get": owner,
	"lab.watch": owner,
	"labs.watch": owner,
	"lab.timeline": owner,
	"lab.grade": owner,
	"lab.reset": owner,
	"lab.stop": owner,
	"lab.wake": owner,
	"lab.extend": owner,
	"lab.hint": owner,
	"lab.reveal": owner,
	"shell.open": owner,
	"shell.close": owner,
	"shell.ticket": owner,
	/** The WebSocket; a ticket for the shell is needed besides. */
	"shell.connect": owner,
} as const satisfies Record<string, Record<Role, boolean>>;

export type Action = keyof typeof authorisation;

export function isAllowed(action: Action, role: Role): boolean {
	return authorisation[action][role];
}
