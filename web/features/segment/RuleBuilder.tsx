import { CloseOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { createContext, use, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type ActionProps,
  type CombinatorSelectorProps,
  type NotToggleProps,
  QueryBuilder,
  type RuleGroupType,
  type RuleProps,
} from 'react-querybuilder'
import type { Condition } from '../../../contract/questionnaire.ts'
import { CheckField } from '../../ui/fields.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { ComparisonField } from '../pathway/editor/ComparisonField.tsx'
import type { Fact } from '../pathway/editor/useFacts.ts'
import { EventsField, firstEvents } from './EventsField.tsx'
import { conditionOf, type Part, ruleOf, treeOf } from './ruleTree.ts'
import './segment.css'

const Facts = createContext<{ facts: readonly Fact[]; within: boolean }>({ facts: [], within: false })
const firstPart: Part = { fact: 'person.ageYears', op: '>=', value: 60 }

type Props = {
  condition: Condition | null
  facts: readonly Fact[]
  /** It is about somebody of the household already. */
  within?: boolean
  onChange: (condition: Condition | null) => void
}

/** A rule as groups of conditions: all of them, any of them, or not so. */
export function RuleBuilder({ condition, facts, within = false, onChange }: Props) {
  const [tree, setTree] = useState<RuleGroupType>(() => treeOf(condition))
  return (
    <Facts value={{ facts, within }}>
      <QueryBuilder
        fields={[{ name: 'part', label: 'part' }]}
        query={tree}
        onQueryChange={(next) => {
          setTree(next)
          onChange(conditionOf(next))
        }}
        showNotToggle
        enableMountQueryChange={false}
        controlClassnames={{
          queryBuilder: 'segment-rule',
          ruleGroup: 'segment-group',
          header: 'condition-line',
          body: 'segment-parts',
          rule: 'segment-part',
        }}
        controlElements={{
          combinatorSelector: Combinator,
          notToggle: NotToggle,
          addRuleAction: AddPart,
          addGroupAction: AddGroup,
          removeGroupAction: RemoveGroup,
          rule: PartOfRule,
        }}
      />
    </Facts>
  )
}

function Combinator({ value, ...selector }: CombinatorSelectorProps) {
  const { t } = useTranslation()
  return (
    <SelectFilter
      label={t('segments.group')}
      value={value ?? 'and'}
      options={[
        { value: 'and', text: t('segments.and') },
        { value: 'or', text: t('segments.or') },
      ]}
      onChange={(next) => selector.handleOnChange(next)}
    />
  )
}

function NotToggle({ checked, ...toggle }: NotToggleProps) {
  const { t } = useTranslation()
  return (
    <CheckField
      label={t('segments.notAll')}
      checked={checked ?? false}
      onChange={(next) => toggle.handleOnChange(next)}
    />
  )
}

/** Three kinds of parts, each one click away. */
function AddPart({ path, schema }: ActionProps) {
  const { t } = useTranslation()
  const { within } = use(Facts)
  const add = (part: Part) => {
    const group = path.reduce<RuleGroupType>(
      (at, index) => at.rules[index] as RuleGroupType,
      schema.getQuery() as RuleGroupType,
    )
    schema.dispatchQuery(
      withRule(schema.getQuery() as RuleGroupType, path, { ...group, rules: [...group.rules, ruleOf(part)] }),
    )
  }
  return (
    <>
      <Button onClick={() => add(firstPart)}>
        <PlusOutlined aria-hidden /> {t('segments.addFact')}
      </Button>
      <Button onClick={() => add({ events: firstEvents })}>
        <PlusOutlined aria-hidden /> {t('segments.addEvents')}
      </Button>
      {!within && (
        <Button onClick={() => add({ household: firstPart })}>
          <PlusOutlined aria-hidden /> {t('segments.addHousehold')}
        </Button>
      )}
    </>
  )
}

/** The tree with another group at a path. */
function withRule(tree: RuleGroupType, path: readonly number[], group: RuleGroupType): RuleGroupType {
  const [at, ...rest] = path
  if (at === undefined) return group
  return { ...tree, rules: tree.rules.with(at, withRule(tree.rules[at] as RuleGroupType, rest, group)) }
}

function AddGroup(action: ActionProps) {
  const { t } = useTranslation()
  return (
    <Button onClick={(event) => action.handleOnClick(event)}>
      <PlusOutlined aria-hidden /> {t('segments.addGroup')}
    </Button>
  )
}

function RemoveGroup(action: ActionProps) {
  const { t } = useTranslation()
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={t('segments.removeGroup')}
      onClick={(event) => action.handleOnClick(event)}
    >
      <DeleteOutlined aria-hidden />
    </button>
  )
}

function PartOfRule({ rule, path, actions }: RuleProps) {
  const { t } = useTranslation()
  const { facts } = use(Facts)
  const part = rule.value as Part
  const set = (next: Part) => actions.onPropChange('value', next, path)
  return (
    <div
      className="segment-part"
      role="group"
      aria-label={t(
        'events' in part
          ? 'segments.eventsPart'
          : 'household' in part
            ? 'segments.householdPart'
            : 'segments.rule',
      )}
    >
      <div className="segment-part-body">
        {'fact' in part && (
          <div className="condition-line">
            <ComparisonField comparison={part} facts={facts} onChange={set} />
          </div>
        )}
        {'events' in part && <EventsField question={part.events} onChange={(events) => set({ events })} />}
        {'household' in part && (
          <>
            <span className="secondary">{t('segments.householdPart')}</span>
            <RuleBuilder
              within
              condition={part.household}
              facts={facts}
              onChange={(household) => household && set({ household })}
            />
          </>
        )}
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={t('segments.removePart')}
        onClick={() => actions.onRuleRemove(path)}
      >
        <CloseOutlined aria-hidden />
      </button>
    </div>
  )
}
