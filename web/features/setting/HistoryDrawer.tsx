import { useTranslation } from 'react-i18next'
import { type SettingView, listSettingHistory } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useSettingWords } from './useSettingWords.ts'
import { SidePanel } from '../../ui/Dialog.tsx'

type HistoryDrawerProps = { setting: SettingView; siteId: number | undefined; onClose: () => void }

export function HistoryDrawer({ setting, siteId, onClose }: HistoryDrawerProps) {
  const { t } = useTranslation()
  const words = useSettingWords()
  const history = useCall(listSettingHistory, { params: { key: setting.key }, query: { siteId } })
  const shown = (value: unknown) => {
    if (value === null || value === undefined) {
      return setting.kind === 'secret'
        ? t('settings.secretKept')
        : t(siteId === undefined ? 'settings.backToDefault' : 'settings.inherit')
    }
    return words.value(setting, value)
  }
  return (
    <SidePanel title={t('settings.historyOf', { name: words.name(setting.key) })} onClose={onClose}>
      {history.isError || !history.data ? (
        <Unloaded query={history} />
      ) : history.data.items.length === 0 ? (
        <EmptyState title={t('settings.historyEmpty')} />
      ) : (
        <ul className="row-list">
          {history.data.items.map((one) => (
            <li key={one.version}>
              <div>
                <strong>{shown(one.value)}</strong>
                <div className="secondary small">
                  {one.changedByName ?? '—'} · <TimeText at={one.changedAt} show="moment" />
                </div>
              </div>
              <span className="secondary small">{t('settings.version', { n: one.version })}</span>
            </li>
          ))}
        </ul>
      )}
    </SidePanel>
  )
}
