import { useCode } from '../../i18n/useCode.ts'

/** A source in words: what kind it is, and which one (`HIS 接口 HIS/NH`, `人工录入 王护士`). */
export function useSource() {
  const code = useCode()
  return (source: string): string => {
    const [kind, ...which] = source.split(':')
    return [code('source', kind), which.join(':')].filter(Boolean).join(' ')
  }
}
