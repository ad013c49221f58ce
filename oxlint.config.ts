import { defineConfig } from 'oxlint'

/** No lists: tables of figures, comparisons and sheets; and fields whose keys, files or scanners are their own. */
const ownFields = [
  'web/features/{figure,match,person,spot-check}/*{Table,Tables,Page,Dialog}.tsx',
  'web/features/instruction/DepartmentTable.tsx',
  'web/features/pathway/rehearsal/RehearsalResult.tsx',
  'web/features/pathway/editor/FileButtons.tsx',
  'web/features/visit/{DaySheet,MadePanel}.tsx',
  'web/features/call-back/CallBacksPage.tsx',
  'web/features/import/{MappingForm,UploadDialog}.tsx',
  'web/features/setting/RulesTab.tsx',
  'web/features/task/{PhotoField,PhotoThumbs,NumberField,QuestionField,OutcomeBar}.tsx',
  'web/app/{GlobalSearch,Palette,PersonPick}.tsx',
]

const errors = (prefix: string, names: string) =>
  Object.fromEntries(names.split(/\s+/).map((name) => [`${prefix}/${name}`, 'error' as const]))

export default defineConfig({
  plugins: ['typescript', 'react'],
  categories: { correctness: 'error' },
  options: { typeAware: true, typeCheck: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['web/dist', 'data', 'server/platform/db-types.ts', '.dependency-cruiser.cjs', 'bin'],
  rules: {
    // The strict type-checked set of typescript-eslint.
    ...errors(
      'typescript',
      `await-thenable ban-ts-comment no-array-delete no-base-to-string no-deprecated no-duplicate-enum-values
       no-duplicate-type-constituents no-dynamic-delete no-empty-object-type no-explicit-any no-extra-non-null-assertion
       no-extraneous-class no-floating-promises no-for-in-array no-generated-empty-object-type no-implied-eval no-invalid-void-type
       no-meaningless-void-operator no-misused-new no-mixed-enums no-namespace no-non-null-asserted-nullish-coalescing
       no-non-null-asserted-optional-chain no-non-null-assertion no-redundant-type-constituents no-require-imports no-this-alias
       no-unnecessary-boolean-literal-compare no-unnecessary-condition no-unnecessary-template-expression
       no-unnecessary-type-arguments no-unnecessary-type-assertion no-unnecessary-type-constraint no-unnecessary-type-conversion
       no-unsafe-argument no-unsafe-assignment no-unsafe-call no-unsafe-declaration-merging no-unsafe-enum-comparison
       no-unsafe-function-type no-unsafe-member-access no-unsafe-return no-unsafe-unary-minus no-useless-default-assignment
       no-wrapper-object-types only-throw-error prefer-as-const prefer-literal-enum-member prefer-namespace-keyword
       prefer-promise-reject-errors prefer-reduce-type-parameter prefer-return-this-type related-getter-setter-pairs require-await
       triple-slash-reference unbound-method unified-signatures use-unknown-in-catch-callback-variable
       consistent-type-imports`,
    ),
    // What is right as it is: text is ordered by its code units, control signs are looked for, a drawing reads the clock.
    'typescript/require-array-sort-compare': 'off',
    'eslint/no-control-regex': 'off',
    'eslint/require-yield': 'off',
    'react/purity': 'off',
    ...errors(
      'eslint',
      'no-array-constructor no-useless-constructor no-var prefer-const prefer-rest-params prefer-spread no-console',
    ),
    'typescript/restrict-plus-operands': [
      'error',
      {
        allowAny: false,
        allowBoolean: false,
        allowNullish: false,
        allowNumberAndString: false,
        allowRegExp: false,
      },
    ],
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    // A one-line callback may return what it calls; the promise rules still catch what matters.
    'typescript/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    'typescript/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    // Spreading a string is the way to count characters instead of UTF-16 units.
    'typescript/no-misused-spread': ['error', { allow: ['string'] }],
    'eslint/eqeqeq': ['error', 'always', { null: 'ignore' }],
    'eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'eslint/max-lines': ['error', { max: 420, skipBlankLines: true, skipComments: true }],
  },
  overrides: [
    {
      // The command line speaks to people; benches, torture and scripts print their figures.
      files: ['server/cli/**', 'bench/**', 'torture/**', 'scripts/**', 'sim/sim.ts'],
      rules: { 'eslint/no-console': 'off' },
    },
    {
      files: ['web/**/*.{ts,tsx}'],
      rules: errors(
        'react',
        `rules-of-hooks exhaustive-deps static-components use-memo preserve-manual-memoization incompatible-library immutability
         globals refs set-state-in-effect error-boundaries set-state-in-render unsupported-syntax`,
      ),
    },
    {
      // Lists, forms and dialogs are made of the kit in web/ui (docs/decisions/0045-one-kit.md).
      files: ['web/features/**/*.tsx', 'web/app/**/*.tsx'],
      rules: {
        'react/forbid-elements': [
          'error',
          {
            forbid: ['select', 'input', 'textarea', 'table', 'dialog'].map((element) => ({
              element,
              message: 'Fields and lists come from web/ui.',
            })),
          },
        ],
        'eslint/no-restricted-imports': [
          'error',
          {
            paths: [
              {
                name: 'antd',
                importNames: [
                  ...[
                    'Modal',
                    'Drawer',
                    'Select',
                    'DatePicker',
                    'Input',
                    'InputNumber',
                    'Checkbox',
                    'Radio',
                    'Form',
                    'Table',
                  ],
                ],
                message: 'Fields, lists and dialogs come from web/ui.',
              },
            ],
          },
        ],
      },
    },
    { files: ownFields, rules: { 'react/forbid-elements': 'off' } },
  ],
})
