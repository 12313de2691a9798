/** Whether a key belongs to an input method: Safari ends the composition before it tells of the Enter that ended it, with key code 229. */
export const ofInputMethod = ({ isComposing, keyCode }: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean => isComposing || keyCode === 229
