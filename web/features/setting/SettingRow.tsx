import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import {
  type SettingView,
  listSettingHistory,
  listSettings,
  updateSetting,
} from '../../../contract/setting.ts'
import { ApiError } from '../../api.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { TimeText } from '../../ui/TimeText.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { SettingEditor } from './SettingEditor.tsx'
import { useSettingWords } from './useSettingWords.ts'

type SettingRowProps = {
  setting: SettingView
  /** None: the value of all sites. */
  siteId: number | undefined
  /** Sites that have another. */
  siteNames: string[]
  mayEdit: boolean
  editing: boolean
  onEdit: (on: boolean) => void
  onHistory: () => void
}

export function SettingRow({
  setting,
  siteId,
  siteNames,
  mayEdit,
  editing,
  onEdit,
  onHistory,
}: SettingRowProps) {
  const { t } = useTranslation()
  const words = useSettingWords()
  const explain = useExplain()
  const { message, modal } = App.useApp()
  const name = words.name(setting.key)
  const changed = setting.changedAt !== null
  const secret = setting.kind === 'secret'
  const goBack = t(siteId === undefined ? 'settings.reset' : 'settings.inherit')

  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: keyOf(listSettings) })
    void queryClient.invalidateQueries({ queryKey: keyOf(listSettingHistory) })
  }
  const update = useAct(updateSetting, {
    onSuccess: () => {
      void message.success(t('settings.saved'))
      onEdit(false)
      refresh()
    },
    onError: (error) => {
      void message.error(explain(error))
      // Somebody was quicker: show the value that is in force now.
      if (error instanceof ApiError && error.status === 409) refresh()
    },
  })
  const save = (value: unknown) =>
    update.mutate({
      params: { key: setting.key },
      body: { value, version: setting.version, siteId: siteId ?? null },
    })
  const reset = () =>
    void modal.confirm({
      title: t(siteId === undefined ? 'settings.resetConfirm' : 'settings.inheritConfirm', {
        name,
        value: secret ? t('settings.secretUnset') : words.value(setting, setting.inheritedValue),
      }),
      okText: goBack,
      cancelText: t('common.cancel'),
      onOk: () => save(null),
    })

  return (
    <tr>
      <td data-label={t('settings.rule')}>
        {name}
        <div className="secondary small setting-key">{setting.key}</div>
      </td>
      <td data-label={t('settings.value')}>
        {editing ? (
          <SettingEditor
            setting={setting}
            name={name}
            busy={update.isPending}
            onSave={save}
            onCancel={() => onEdit(false)}
          />
        ) : (
          <strong className={setting.isSet ? 'setting-is-set' : undefined}>
            {secret
              ? t(setting.isSet ? 'settings.secretSet' : 'settings.secretUnset')
              : words.value(setting, setting.value)}
          </strong>
        )}
        {!editing && siteId !== undefined && !setting.isSet && (
          <span className="secondary small"> {t('settings.inherited')}</span>
        )}
        {siteNames.length > 0 && (
          <div className="secondary small">{t('settings.differsAt', { sites: siteNames.join('、') })}</div>
        )}
      </td>
      <td data-label={t('settings.defaultValue')}>
        {secret ? '—' : words.value(setting, setting.inheritedValue)}
      </td>
      <td data-label={t('settings.source')} className="secondary small">
        {words.source(setting)}
      </td>
      <td data-label={t('settings.changed')} className="small">
        {changed ? (
          <>
            {setting.changedByName ?? '—'} · <TimeText at={setting.changedAt} />
            <div className="secondary">{t('settings.version', { n: setting.version })}</div>
          </>
        ) : (
          <span className="secondary">{t('settings.neverChanged')}</span>
        )}
      </td>
      <td>
        <span className="row-actions">
          {mayEdit && !editing && (
            <button
              type="button"
              className="plain-button"
              aria-label={t('settings.editOf', { name })}
              onClick={() => onEdit(true)}
            >
              {t('settings.edit')}
            </button>
          )}
          {mayEdit && setting.isSet && !editing && (
            <button type="button" className="plain-button" onClick={reset}>
              {goBack}
            </button>
          )}
          <button
            type="button"
            className="plain-button"
            aria-label={t('settings.historyOf', { name })}
            onClick={onHistory}
          >
            {t('settings.history')}
          </button>
        </span>
      </td>
    </tr>
  )
}
