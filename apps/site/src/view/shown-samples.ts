import { signal } from '@preact/signals'

/** The samples of the confusion matrix and of the digits shown. */
export const shownSamples = signal<'train' | 'test'>('test')

/** The filters of the digits shown: the digit, or `any`; and the prediction, `any` or `wrong`. */
export const wanted = { truth: signal('any'), prediction: signal('any') }
