/** The parts of a case at the desk; facts only where they have no pane of their own. */
export type RoomTab = 'talk' | 'notes' | 'facts'
/** What the menu of a case offers. */
export type HeadAction = 'offer' | 'evidence' | 'escalate' | 'refuse'
