import { useTranslation } from 'react-i18next'
import { roles } from '../../../contract/access.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { type GrantDraft, blankGrant } from './grants.ts'

export function GrantsField({
  value,
  onChange,
}: {
  value: GrantDraft[]
  onChange: (value: GrantDraft[]) => void
}) {
  const { t } = useTranslation()
  const code = useCode()
  const places = useCall(listSites)
  const change = (index: number, patch: Partial<GrantDraft>) =>
    onChange(value.map((one, at) => (at === index ? { ...one, ...patch } : one)))
  return (
    <fieldset className="grants">
      <legend>{t('users.roles')}</legend>
      {value.map((grant, index) => (
        <div key={index} className="grant-row">
          <select
            className="field-input"
            aria-label={t('users.role')}
            value={grant.role}
            onChange={(event) =>
              change(index, { role: roles.find((one) => one === event.target.value) ?? grant.role })
            }
          >
            {roles.map((role) => (
              <option key={role} value={role}>
                {code('role', role)}
              </option>
            ))}
          </select>
          <select
            className="field-input"
            aria-label={t('users.site')}
            value={grant.siteId}
            onChange={(event) => change(index, { siteId: event.target.value, departmentId: '' })}
          >
            <option value="">{t('users.allSites')}</option>
            {(places.data?.sites ?? []).map((site) => (
              <option key={site.id} value={site.id}>
                {site.name}
              </option>
            ))}
          </select>
          <select
            className="field-input"
            aria-label={t('users.department')}
            value={grant.departmentId}
            onChange={(event) => change(index, { departmentId: event.target.value })}
          >
            <option value="">{t('users.allDepartments')}</option>
            {(places.data?.departments ?? [])
              .filter((one) => !grant.siteId || String(one.siteId) === grant.siteId)
              .map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
          </select>
          {value.length > 1 && (
            <button
              type="button"
              className="plain-button"
              onClick={() => onChange(value.filter((_, at) => at !== index))}
            >
              {t('users.removeRole')}
            </button>
          )}
        </div>
      ))}
      {value.length < 20 && (
        <button type="button" className="plain-button" onClick={() => onChange([...value, blankGrant])}>
          {t('users.addRole')}
        </button>
      )}
    </fieldset>
  )
}
