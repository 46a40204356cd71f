import { z } from 'zod';

/** Host and path before an image's whole name; neither a scheme nor a slash at the end. */
export const imageRegistry = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
    "expected a host and a path, as 'registry.example.com/mirror', without 'https://' and without a slash at the end",
  );
