import { useTranslation } from 'react-i18next'
import { roles } from '../../../contract/access.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { choices } from '../../ui/fields.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { type GrantDraft, blankGrant } from './grants.ts'

export function GrantsField({
  value,
  error,
  onChange,
}: {
  value: GrantDraft[]
  error: string | undefined
  onChange: (value: GrantDraft[]) => void
}) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const places = useCall(listSites)
  const sites = places.data?.sites ?? []
  const change = (index: number, patch: Partial<GrantDraft>) =>
    onChange(value.map((one, at) => (at === index ? { ...one, ...patch } : one)))
  return (
    <fieldset className="grants">
      <legend>{t('users.roles')}</legend>
      {value.map((grant, index) => (
        <div key={index} className="grant-row">
          <SelectFilter
            label={t('users.role')}
            value={grant.role}
            {...(grant.role === '' && { all: t('users.chooseRole') })}
            options={roles.map((role) => ({ value: role, text: code('role', role) }))}
            onChange={(role) => change(index, { role: roles.find((one) => one === role) ?? grant.role })}
          />
          <SelectFilter
            label={t('users.site')}
            disabled={grant.role === 'auditor'}
            value={grant.role === 'auditor' ? '' : grant.siteId}
            all={t('users.allSites')}
            options={choices(sites)}
            onChange={(siteId = '') => change(index, { siteId, departmentId: '' })}
          />
          <SelectFilter
            label={t('users.department')}
            disabled={grant.role === 'auditor'}
            value={grant.role === 'auditor' ? '' : grant.departmentId}
            all={t('users.allDepartments')}
            options={choices(
              (places.data?.departments ?? []).filter(
                (one) => !grant.siteId || String(one.siteId) === grant.siteId,
              ),
            )}
            onChange={(departmentId = '') => change(index, { departmentId })}
          />
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
        <button
          type="button"
          className="plain-button"
          onClick={() => onChange([...value, blankGrant(me, sites)])}
        >
          {t('users.addRole')}
        </button>
      )}
      {error && (
        <p className="field-error">
          {value.some((grant) => grant.role === '') ? t('users.chooseRole') : error}
        </p>
      )}
    </fieldset>
  )
}
