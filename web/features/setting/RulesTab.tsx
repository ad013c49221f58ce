import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type SettingView, listSettings } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { HistoryDrawer } from './HistoryDrawer.tsx'
import { SettingRow } from './SettingRow.tsx'
import { useSettingWords } from './useSettingWords.ts'
import { SitePicker, useSite } from '../organization/useSite.tsx'
import { TextField } from '../../ui/fields.ts'

const groups = [
  'follow-up',
  'contact',
  'figure',
  'intake',
  'provenance',
  'completeness',
  'spot-check',
  'visit',
  'match',
  'organisation',
  'security',
] as const

export function RulesTab() {
  const site = useSite()
  return (
    <>
      <SitePicker {...site} />
      <Rules key={site.siteId} site={site} />
    </>
  )
}

function Rules({ site }: { site: ReturnType<typeof useSite> }) {
  const { t } = useTranslation()
  const words = useSettingWords()
  const { siteId } = site
  const settings = useCall(listSettings, { query: { siteId } })
  const [search, setSearch] = useState('')
  const [editing, setEditing] = useState<string | null>(null)
  const [history, setHistory] = useState<SettingView | null>(null)

  if (settings.isError || !settings.data) return <Unloaded query={settings} height={400} />
  const wanted = search.trim().toLowerCase()
  const shown = settings.data.items.filter((one) =>
    `${words.name(one.key)} ${one.key}`.toLowerCase().includes(wanted),
  )

  return (
    <>
      <div className="filter-bar">
        <TextField
          inline
          className="filter-search"
          label={t('settings.search')}
          value={search}
          onChange={setSearch}
        />
      </div>
      {shown.length === 0 && <EmptyState title={t('settings.searchNone', { text: search })} />}
      {groups.map((group) => {
        const items = shown.filter((one) => one.group === group)
        if (items.length === 0) return null
        return (
          <section key={group} className="panel setting-group" aria-label={t(`settings.group.${group}`)}>
            <h2>{t(`settings.group.${group}`)}</h2>
            <table className="list-table is-tall">
              <thead>
                <tr>
                  <th scope="col" className="setting-name">
                    {t('settings.rule')}
                  </th>
                  <th scope="col" className="setting-value">
                    {t('settings.value')}
                  </th>
                  <th scope="col" className="setting-default">
                    {t(siteId === undefined ? 'settings.defaultValue' : 'settings.inheritedValue')}
                  </th>
                  <th scope="col">{t('settings.source')}</th>
                  <th scope="col" className="setting-changed">
                    {t('settings.changed')}
                  </th>
                  <th scope="col" className="setting-actions">
                    <span className="visually-hidden">{t('settings.edit')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((setting) => (
                  <SettingRow
                    key={setting.key}
                    setting={setting}
                    siteId={siteId}
                    siteNames={site.sites
                      .filter((one) => setting.differsAt.includes(one.id))
                      .map((one) => one.name)}
                    mayEdit={site.mayEdit}
                    editing={editing === setting.key}
                    onEdit={(on) => setEditing(on ? setting.key : null)}
                    onHistory={() => setHistory(setting)}
                  />
                ))}
              </tbody>
            </table>
          </section>
        )
      })}
      {history && <HistoryDrawer setting={history} siteId={siteId} onClose={() => setHistory(null)} />}
    </>
  )
}
