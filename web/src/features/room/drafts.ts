/* Unsent words and offers per case, on this device only. */
import { read, write } from '@/lib/mine'

export const readDraft = (key: string): string => read('draft', key)

/** Without storage the words live as long as the page. */
export const writeDraft = (key: string, text: string): void => void write('draft', key, text)
