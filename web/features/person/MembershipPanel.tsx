import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'

/** Group customers that the person belongs, or belonged, to. */
export function MembershipPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  if (person.memberships.length === 0) return null
  return (
    <section className="panel" aria-label={t('groups.memberships')}>
      <div className="panel-head">
        <h2>{t('groups.memberships')}</h2>
      </div>
      <ul className="row-list">
        {person.memberships.map((one) => (
          <li key={one.id}>
            <div>
              {person.abilities.groups ? (
                <Link to="/groups/$id" params={{ id: String(one.groupId) }}>
                  {one.groupName}
                </Link>
              ) : (
                <strong>{one.groupName}</strong>
              )}{' '}
              <span className="secondary small">{t(`groups.memberRoles.${one.role}`)}</span>
              <p className="secondary small">
                {[
                  one.department,
                  one.title,
                  one.employeeNumber,
                  one.since && t('groups.membershipSpan', { since: one.since }),
                  one.until && t('groups.membershipEnded', { until: one.until }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
