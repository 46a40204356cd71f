import { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';

export interface TerraformDataProps {
  /** What makes it anew when it changes: whatever names it in `replaceTriggeredBy` is then replaced, too. */
  readonly triggersReplace: unknown;
  /**
   * What it hands on as `output`.
   * @default - nothing
   */
  readonly input?: unknown;
  /**
   * A command that runs once, where Terraform runs, when it is made.
   * @default - none
   */
  readonly command?: string | undefined;
}

/** The class of cdktf for it runs `terraform version` in every synth, and fails where there is no Terraform. */
export class TerraformData extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: TerraformDataProps,
  ) {
    super(scope, id, {
      terraformResourceType: 'terraform_data',
      terraformGeneratorMetadata: { providerName: 'terraform' },
      ...(props.command === undefined ? {} : { provisioners: [{ type: 'local-exec', command: props.command }] }),
    });
  }

  protected override synthesizeAttributes() {
    const { input, triggersReplace } = this.props;
    return { ...(input === undefined ? {} : { input }), triggers_replace: triggersReplace };
  }
}
