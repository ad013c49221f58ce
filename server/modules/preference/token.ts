import { signedLinks } from '../../platform/signed-link.ts'

const links = signedLinks('preference-link', ['message', 'person'])

/** A link names a message (whose person and purpose it then has) or a person, and opens nothing but contact wishes. */
export const { use: usePreferenceKey, make: makeLink, read: readLink } = links

export const wishesUrl = (base: string, token: string): string => `${base.replace(/\/$/, '')}/p/${token}`
