// The package's own types import each other without file endings, which Node's module resolution cannot follow.
declare module 'opencc-js/t2cn' {
  export function Converter(options: { from: 'tw' | 'hk' | 't'; to: 'cn' }): (text: string) => string
}
declare module 'opencc-js/cn2t' {
  export function Converter(options: { from: 'cn'; to: 'tw' | 'twp' | 'hk' }): (text: string) => string
}
