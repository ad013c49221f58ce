/** The same keys as the zh-CN words, with any wording: a missing or a left-over key is a type error. */
export type SameWords<T> = { readonly [K in keyof T]: T[K] extends string ? string : SameWords<T[K]> }

/** i18next reads a dot as nesting; codes of the server carry dots. */
export type CodeKey<K extends string> = K extends `${infer A}.${infer B}` ? `${A}_${B}` : K
