import { signal } from '@preact/signals'

/** Which samples the confusion matrix counts and the digits come from. */
export const shownSamples = signal<'train' | 'test'>('test')

/** Which digits are shown: all, or those of one digit; all, or those taken for one digit or for a wrong one. */
export const wanted = { truth: signal('any'), prediction: signal('any') }
