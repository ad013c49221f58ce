import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'

/** A source in words: what kind it is, and which one (`HIS 接口 仁和医院`, `人工录入 王护士`). */
export function useSource() {
  const code = useCode()
  const sites = useCall(listSites).data?.sites ?? []
  const name = (part: string) => sites.find((site) => site.code === part)?.name ?? part
  return (source: string): string => {
    const [kind, ...which] = source.split(':')
    // A feed names the sending system and its site: `HIS/GH01`. Which system it usually is, the kind says already.
    const parts = which
      .join(':')
      .split('/')
      .filter((part) => part !== 'HIS')
    return [code('source', kind), ...parts.map(name)].filter(Boolean).join(' ')
  }
}
